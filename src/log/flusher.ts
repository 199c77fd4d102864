/** Something with writes that are not yet on the disk. */
export interface Flushable {
  /** Brings to the disk what was written before the call. Never rejects: a failure is the log's own matter. */
  flushWaiting(): Promise<void>;
}

/**
 * Shares the disk between the logs of a broker: each log waits in line once, however many appends wait in it, and a few
 * are flushed at a time, so that syncs do not take all threads of the pool.
 *
 * A flush begins when the events at hand have been handled, so that all requests that came together share it.
 */
export class Flusher {
  readonly #concurrency: number;
  readonly #onFlush: (seconds: number) => void;
  readonly #waiting = new Set<Flushable>();
  readonly #running = new Set<Flushable>();
  #isScheduled = false;

  /** @param options.onFlush gets the time that each flush took */
  constructor(options: { concurrency?: number; onFlush?: (seconds: number) => void } = {}) {
    this.#concurrency = options.concurrency ?? 3;
    this.#onFlush = options.onFlush ?? (() => {});
  }

  /** Puts the log in line, unless it is there. One that is being flushed comes again when that has ended. */
  request(log: Flushable): void {
    this.#waiting.add(log);
    if (this.#isScheduled || this.#running.size >= this.#concurrency) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    for (const log of this.#waiting) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(log)) continue;
      this.#waiting.delete(log);
      this.#running.add(log);
      const begunMs = performance.now();
      void log.flushWaiting().finally(() => {
        this.#onFlush((performance.now() - begunMs) / 1000);
        this.#running.delete(log);
        this.#start();
      });
    }
  }
}
