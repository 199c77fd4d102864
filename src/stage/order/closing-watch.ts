import type { GroupProgress, Reach } from './order-types.ts';
import type { SessionOrder } from './session-order.ts';

/**
 * Waits until nothing more can come of sessions that are over: until everything that lay in the topic of frames when
 * their end was known has been processed.
 */
export class ClosingWatch {
  readonly #since: number;
  #ends: readonly bigint[] | undefined;

  /** @param arrivals results that had arrived when the end was known */
  constructor(arrivals: number) {
    this.#since = arrivals;
  }

  /** @param later sessions after those that are to be closed: what lies before their frames is of the earlier ones */
  isReached(progress: GroupProgress, reach: Reach, later: readonly SessionOrder<unknown>[]): boolean {
    if (progress.ticket < this.#since) return false;
    this.#ends ??= progress.ends;
    const needed = [...this.#ends];
    for (const session of later) {
      for (const { result, arrival } of session.held()) {
        const { partition, offset } = result.input;
        if (arrival <= progress.ticket && offset < (needed[partition] ?? 0n)) needed[partition] = offset;
      }
    }
    return needed.every((offset, partition) => reach.processed(partition) >= offset);
  }
}
