/** Time as a dependency, so that state machines can be tested without waiting. */
export interface Clock {
  /** Wall clock in milliseconds since 1970; may jump. */
  nowMs(): number;
  /** Monotonic clock in milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** How late within a millisecond of the system's clock it still is that millisecond. */
const latestMs = 0.999;

/**
 * The wall clock in microseconds: within a millisecond of the system's clock it goes on with the monotonic clock, and it
 * never leaves that millisecond. So times of several processes, and the timestamps of records, can be compared, however
 * long the processes have run, and the clock goes along when the system's is set.
 */
export class FineWallClock {
  readonly #clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  #originMs: number;

  constructor(clock: Pick<Clock, 'nowMs' | 'monotonicMs'>) {
    this.#clock = clock;
    this.#originMs = clock.nowMs() - clock.monotonicMs();
  }

  /** Microseconds since 1970. */
  nowUs(): number {
    const [nowMs, monotonicMs] = [this.#clock.nowMs(), this.#clock.monotonicMs()];
    const fineMs = this.#originMs + monotonicMs;
    const heldMs = Math.min(Math.max(fineMs, nowMs), nowMs + latestMs);
    if (heldMs !== fineMs) this.#originMs = heldMs - monotonicMs;
    return Math.floor(heldMs * 1000);
  }
}

const wallClock = new FineWallClock(systemClock);

/** Wall clock in microseconds since 1970; may jump, as the system's clock does. */
export function wallClockUs(): number {
  return wallClock.nowUs();
}
