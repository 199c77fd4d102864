// Runs the tests. `npm test` runs all but the long ones; `npm test -- test/log/*.test.ts` runs what is named.
// With CI set a test that skipped fails the run: `.ci/run` has installed what every test needs.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const named = process.argv.slice(2);
const files = named.length > 0 ? named : globSync('test/**/*.test.ts', { cwd: root }).sort();
const reporter = join(root, 'scripts/test-reporter.ts');

/** Many files wait for most of their time, for processes that start and sessions that end: one more than there are cores. */
const concurrency = Math.min(availableParallelism() + 1, 4);
/** Hundreds of processes load the same modules: compiled once. */
const compiled = join(root, 'node_modules/.cache/vigil-tests');

const { status, signal } = spawnSync(
  process.execPath,
  [
    '--test',
    `--import=${pathToFileURL(join(import.meta.dirname, 'end-of-test-file.ts'))}`,
    `--test-concurrency=${concurrency}`,
    '--test-timeout=300000',
    `--test-reporter=${relative(root, reporter).startsWith('.') ? reporter : `./${relative(root, reporter)}`}`,
    '--test-reporter-destination=stdout',
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env: { NODE_COMPILE_CACHE: compiled, ...process.env, NODE_NO_WARNINGS: '1' } },
);
if (signal) process.stderr.write(`the tests were ended by ${signal}\n`);
process.exit(status ?? 1);
