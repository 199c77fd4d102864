#!/usr/bin/env node
// The command `vigil` on whatever Node is there: hands over to the Node 24 that the set-up installed, which runs the
// bundle that the set-up made, or the TypeScript sources when these have changed since.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freshBundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const [major = 0] = process.versions.node.split('.').map(Number);

if (major >= 24) {
  const main = freshBundle(root) ?? fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else if (existsSync(own)) {
  const { spawnSync } = await import('node:child_process');
  // Ctrl-C reaches the command too: it ends in its own time, and this process after it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  const { status, signal } = spawnSync(own, [process.argv[1], ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? 128 + (constants.signals[signal] ?? 0));
} else {
  process.stderr.write(
    `vigil: Node ${process.version} is too old, and the set-up has not run\n  Run npm run setup first.\n`,
  );
  process.exit(1);
}
