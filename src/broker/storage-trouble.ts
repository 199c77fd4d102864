import type { Clock } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

const quietMs = 10_000;
const lastToldMs = new WeakMap<Logger, number>();

/**
 * Says that the disk refuses records, with what to do, once in a while: a full disk refuses every request, and the one
 * line that matters must not drown in its own copies.
 */
export function tellStorageTrouble({ logger, clock }: { logger: Logger; clock: Clock }, cause: unknown): void {
  const nowMs = clock.monotonicMs();
  if (nowMs - (lastToldMs.get(logger) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
  lastToldMs.set(logger, nowMs);
  logger.error(`records are refused: ${describeError(cause)}`);
}

/** A log takes nothing now: its disk is full, or has failed. */
export function isStorageTrouble(error: unknown): boolean {
  return isFault(error, 'LOG_FAILED') || isFault(error, 'DISK_FULL');
}
