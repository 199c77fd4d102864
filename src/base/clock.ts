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

/** Beyond this the system's clock has been set, and does not only run a little faster or slower. */
const setByMs = 50;

/** The wall clock as exact as the monotonic clock allows, which goes with the system's clock when that is set. */
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
    if (Math.abs(this.#originMs + monotonicMs - nowMs) > setByMs) this.#originMs = nowMs - monotonicMs;
    return Math.round((this.#originMs + monotonicMs) * 1000);
  }
}

const wallClock = new FineWallClock(systemClock);

/** Wall clock in microseconds since 1970; may jump, as the system's clock does. */
export function wallClockUs(): number {
  return wallClock.nowUs();
}
