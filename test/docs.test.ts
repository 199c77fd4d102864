import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { staleDocuments } from '../scripts/generate-docs.ts';

const root = join(import.meta.dirname, '..');

test('documents made from the code are those that the code makes (npm run docs)', async () => {
  assert.deepEqual(await staleDocuments(), []);
});

test('links between documents lead somewhere', () => {
  const broken: string[] = [];
  for (const document of globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root })) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      if (target && !existsSync(join(root, dirname(document), target))) broken.push(`${document} → ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});
