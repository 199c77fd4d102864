import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../base/errors.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { type Notifier, Refused } from './notifier.ts';

const connectWithinMs = 10_000;
const pauseMs = 200;

/**
 * Tells a notifier of one alarm, with a little patience for a connection that is still to come.
 *
 * @returns what the other side said
 * @throws NOTIFY_FAILED
 */
export async function tellOnce(notifier: Notifier, alarm: Alarm): Promise<string> {
  const deadline = performance.now() + (notifier.sawPersons ? connectWithinMs : 0);
  for (;;) {
    try {
      return await notifier.deliver(alarm, new AbortController().signal);
    } catch (cause) {
      if (cause instanceof Refused || performance.now() >= deadline) {
        const { message } = reasonOf(cause);
        throw fault('NOTIFY_FAILED', message, { cause });
      }
      await delay(pauseMs);
    }
  }
}

/** `fetch` says why in the cause only. */
export function reasonOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error && error.message === 'fetch failed' ? reasonOf(error.cause) : error;
}
