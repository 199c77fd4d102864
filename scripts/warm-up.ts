// Loads the modules of every part once, so that Node keeps them compiled and the first start is as quick as the later ones.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from '../src/base/cache-directory.ts';

enableCompileCache(join(cacheDirectory(), 'compiled'));
await import('../src/cli/run-command-line.ts');
await import('../src/cli/commands/up.ts');
await import('../src/broker/index.ts');
await import('../src/capture/start-capture.ts');
await import('../src/detect/start-detect.ts');
await import('../src/track/start-track.ts');
await import('../src/serve/start-serve.ts');
flushCompileCache();
process.exit();
