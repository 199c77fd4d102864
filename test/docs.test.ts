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

test('the tests that docs/light-brokers.md names are there', () => {
  const tests = globSync('test/**/*.ts', { cwd: root })
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const rows = readFileSync(join(root, 'docs/light-brokers.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'));
  const named = rows.flatMap((row) =>
    [...(row.split(' | ')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, title]) => title),
  );
  assert.ok(named.length >= rows.length, 'a line without a test');
  assert.deepEqual(
    named.filter((title) => !tests.includes(`test('${title}'`)),
    [],
  );
});
