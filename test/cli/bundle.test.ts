import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { describeSource, freshBundle, statementOf } from '../../bin/bundle.mjs';
import { bundle } from '../../scripts/bundle.ts';

const project = join(import.meta.dirname, '../..');
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-bundle-'));
  folders.push(folder);
  return folder;
}

/** A folder with one source and a bundle that was made from it. */
function bundledSource(): { root: string; source: string; main: string } {
  const root = temporaryFolder();
  const [source, main] = [join(root, 'a.ts'), join(root, 'dist/0/main.js')];
  mkdirSync(join(root, 'dist/0'), { recursive: true });
  writeFileSync(source, 'one');
  writeFileSync(main, '');
  const statement = { main: 'dist/0/main.js', sources: { 'a.ts': describeSource(source) } };
  writeFileSync(statementOf(root), JSON.stringify(statement));
  return { root, source, main };
}

test('a bundle is run while every source is what it was, also one that was written anew', () => {
  const { root, source, main } = bundledSource();
  assert.equal(freshBundle(root), main);
  utimesSync(source, 1, 1);
  assert.equal(freshBundle(root), main);
});

test('a bundle is not run when a source has changed or gone, or when it is damaged itself', () => {
  const edited = bundledSource();
  writeFileSync(edited.source, 'two');
  utimesSync(edited.source, 1, 1);
  assert.equal(freshBundle(edited.root), undefined);

  const gone = bundledSource();
  rmSync(gone.source);
  assert.equal(freshBundle(gone.root), undefined);

  const damaged = bundledSource();
  writeFileSync(statementOf(damaged.root), '{"main":');
  assert.equal(freshBundle(damaged.root), undefined);

  const halfDeleted = bundledSource();
  rmSync(halfDeleted.main);
  assert.equal(freshBundle(halfDeleted.root), undefined);
});

/** The project's sources in a folder where they may be edited. */
function copyOfProject(): string {
  const root = temporaryFolder();
  for (const path of ['src', 'bin', 'scripts/bundle.ts', 'scripts/warm-up.ts', 'package.json', 'package-lock.json']) {
    cpSync(join(project, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  return root;
}

function vigil(root: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, VIGIL_DEBUG: '1' };
    execFile(process.execPath, [join(root, 'bin/vigil.mjs'), ...args], { env }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

test('the bundle runs what the sources say, names their lines in a stack trace, and gives way to an edit', async () => {
  const root = copyOfProject();
  const misused = ['topics', 'create'];
  const fromSources = await vigil(root, ...misused);
  await bundle(root);
  const bundled = freshBundle(root);
  assert.ok(bundled);

  const fromBundle = await vigil(root, ...misused);
  assert.match(fromBundle.stderr, /src\/cli\/program\.ts:\d+:\d+/);
  assert.equal(fromBundle.stderr, fromSources.stderr);

  // What the sources say is changed in the bundle, so that it is seen which of the two runs.
  const chunk = readdirSync(dirname(bundled)).find((name) => /^run-command-line.*\.js$/.test(name));
  assert.ok(chunk);
  const path = join(dirname(bundled), chunk);
  writeFileSync(path, readFileSync(path, 'utf8').replace('Cameras into a Kafka log', 'From the bundle'));
  assert.match((await vigil(root, '--help')).stdout, /From the bundle/);

  const program = join(root, 'src/cli/program.ts');
  writeFileSync(program, readFileSync(program, 'utf8').replace('Cameras into a Kafka log', 'From an edited source'));
  assert.match((await vigil(root, '--help')).stdout, /From an edited source/);

  await bundle(root);
  assert.match((await vigil(root, '--help')).stdout, /From an edited source/);
  assert.notEqual(freshBundle(root), bundled);
});
