import { setTimeout as delay } from 'node:timers/promises';

const limitMs = 10_000;

/**
 * The promise, or a rejection after ten seconds: a client may lose a call for good when its connection breaks at the wrong
 * moment, and for the history that is one more answer that did not come.
 */
export async function within<T>(promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(limitMs, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error(`no end after ${limitMs} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
    promise.catch(() => {});
  }
}
