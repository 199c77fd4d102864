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

/** Wall clock in microseconds since 1970, as exact as the monotonic clock allows. */
export function wallClockUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
