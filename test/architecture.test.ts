import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

/** What each folder of src/ may import besides itself; `cli` is the composition root and may import all. */
const mayImport: Record<string, readonly string[]> = {
  base: [],
  wire: ['base'],
  log: ['base', 'wire'],
  broker: ['base', 'wire', 'log'],
  topics: ['base'],
  stage: ['base', 'topics'],
  capture: ['base', 'topics', 'stage'],
  detect: ['base', 'topics', 'stage'],
  track: ['base', 'topics', 'stage'],
  threat: ['base', 'topics', 'stage', 'track'],
  store: ['base', 'topics', 'stage'],
  serve: ['base', 'topics', 'stage', 'store'],
  rules: ['base', 'topics', 'stage'],
  notify: ['base', 'topics', 'stage'],
  audit: ['base', 'wire', 'topics', 'stage'],
  plan: ['base', 'topics', 'stage'],
  cli: [
    'base',
    'wire',
    'log',
    'broker',
    'topics',
    'stage',
    'capture',
    'detect',
    'track',
    'threat',
    'store',
    'rules',
    'notify',
    'serve',
    'audit',
    'plan',
  ],
};

const source = join(import.meta.dirname, '..', 'src');

function* importsOf(file: string): Generator<string> {
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (specifier?.startsWith('.')) yield resolve(dirname(file), specifier);
  }
  for (const [, specifier] of text.matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g)) {
    if (specifier?.endsWith('.ts')) yield resolve(dirname(file), specifier);
  }
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name));

test('folders import only what the layout allows, type-only imports included', () => {
  const violations: string[] = [];
  for (const file of files) {
    const folder = relative(source, file).split('/')[0] ?? '';
    const allowed = mayImport[folder];
    assert.ok(allowed, `src/${folder} is not in the layout`);
    for (const target of importsOf(file)) {
      const to = relative(source, target).split('/')[0] ?? '';
      if (to !== folder && !allowed.includes(to))
        violations.push(`${relative(source, file)} imports ${relative(source, target)}`);
    }
  }
  assert.deepEqual(violations, []);
});

test('no module imports itself, directly or in a circle', () => {
  const graph = new Map(files.map((file) => [file, [...importsOf(file)]]));
  const state = new Map<string, 'open' | 'closed'>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (state.get(file) === 'closed') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].map((each) => relative(source, each)).join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    state.set(file, 'closed');
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(cycles, []);
});

/** What is loaded together with a module: its imports without those that are for types only, or that come late. */
function* loadedWith(file: string): Generator<string> {
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm)) {
    if (specifier) yield specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier;
  }
}

test('a broker that starts loads two small packages and no other', () => {
  const loaded = new Set(
    ['cli/main.ts', 'cli/run-command-line.ts', 'cli/commands/broker.ts', 'broker/broker.ts'].map((name) =>
      join(source, name),
    ),
  );
  for (const module of loaded) if (module.startsWith('/')) for (const each of loadedWith(module)) loaded.add(each);
  assert.ok(loaded.size > 100, `only ${loaded.size} modules found`);
  const packages = [...loaded].filter((each) => !each.startsWith('/') && !each.startsWith('node:'));
  assert.deepEqual(packages.sort(), ['@node-rs/crc32', 'commander']);
});
