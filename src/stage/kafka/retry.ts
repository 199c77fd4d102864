import { setTimeout as delay } from 'node:timers/promises';

export interface RetryOptions {
  /** Ends the trying with the last error. */
  signal: AbortSignal;
  /** An error that trying again cannot heal. */
  isFinal: (error: unknown) => boolean;
  /** Awaited before the next attempt. */
  onFailure?: (error: unknown) => void | Promise<void>;
  delayMs?: number;
}

const defaultDelayMs = 250;

/** Tries until it works. @throws the error that is final, or the last one once the signal aborts */
export async function untilItWorks<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, isFinal, onFailure, delayMs = defaultDelayMs } = options;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      await onFailure?.(error);
      await delay(delayMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}
