/** What a worker did since it was asked last. */
export interface WorkDone {
  frames: number;
  /** Time at full capacity that the frames took. */
  busyMs: number;
}

/**
 * Measures how busy a worker is: with as many frames in hand as keep it busy it is wholly so, with half as many half.
 * Busy time divided by frames is what one frame costs a worker, whether the worker is loaded or not.
 */
export class BusyMeter {
  readonly #monotonicMs: () => number;
  #inHand = 0;
  #capacity = 1;
  #busyMs = 0;
  #frames = 0;
  #countedUntilMs: number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#countedUntilMs = monotonicMs();
  }

  /** @param capacity frames in hand that keep the worker wholly busy */
  async measure<T>(capacity: number, work: () => Promise<T>): Promise<T> {
    this.#count();
    this.#capacity = capacity;
    this.#inHand++;
    try {
      return await work();
    } finally {
      this.#count();
      this.#inHand--;
      this.#frames++;
    }
  }

  take(): WorkDone {
    this.#count();
    const done = { frames: this.#frames, busyMs: this.#busyMs };
    this.#frames = 0;
    this.#busyMs = 0;
    return done;
  }

  #count(): void {
    const nowMs = this.#monotonicMs();
    this.#busyMs += (nowMs - this.#countedUntilMs) * Math.min(1, this.#inHand / this.#capacity);
    this.#countedUntilMs = nowMs;
  }
}
