// Loaded into the process of each test file: a file whose tests are over ends, even where something keeps it open that it
// does not own (a client library's timer). What that was is said; without this one such file stops the whole run.
import { isMainThread } from 'node:worker_threads';

/** Part of what is said of a file that did not end by itself. */
export const stillOpen = 'its tests are over, but these keep it open';
const patienceMs = 3_000;

// Processes and threads that a test starts inherit the import; node:test would take their uncaught exceptions from them.
if (process.env.NODE_TEST_CONTEXT !== undefined && isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  const { after } = await import('node:test');
  after(() => {
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
      process.stderr.write(`${process.argv[1]}: ${stillOpen}: ${open.join(', ')}\n`);
      process.exit();
    }, patienceMs).unref();
  });
}
