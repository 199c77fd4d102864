// Loads the modules of every part once, so that Node keeps them compiled and the first start is as quick as the later ones.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from '../src/base/cache-directory.ts';

const compiled = join(cacheDirectory(), 'compiled');
/** Older ones are mostly of bundles that are gone; Node never removes any. One that is still used is made again. */
const keptDays = 30;

enableCompileCache(compiled);
await import('../src/cli/run-command-line.ts');
await import('../src/cli/commands/up.ts');
await import('../src/broker/index.ts');
await import('../src/capture/start-capture.ts');
await import('../src/detect/start-detect.ts');
await import('../src/track/start-track.ts');
await import('../src/serve/start-serve.ts');
flushCompileCache();
const keptSinceMs = Date.now() - keptDays * 24 * 3600 * 1000;
for (const entry of readdirSync(compiled, { withFileTypes: true, recursive: true })) {
  const path = join(entry.parentPath, entry.name);
  const madeMs = entry.isFile() ? statSync(path, { throwIfNoEntry: false })?.mtimeMs : undefined;
  if (madeMs !== undefined && madeMs < keptSinceMs) rmSync(path, { force: true });
}
process.exit();
