import type { DeadlineQueue } from '../deadline-queue.ts';
import type { Partition } from '../metadata/topic.ts';

/** A fetch that waits for records. */
export interface DelayedFetch {
  partitions: readonly Partition[];
  minBytes: number;
  /** Bytes that were there already when it was asked. */
  foundBytes: number;
  maxWaitMs: number;
}

interface Waiting {
  fetch: DelayedFetch;
  sizesBefore: readonly number[];
  resolve(): void;
}

/**
 * Fetches that wait until enough records have become visible or their time is over.
 *
 * No timer and no reading of the log per waiting fetch: the logs tell when they have advanced, what has been appended is
 * counted by the growth of the logs, and all deadlines share one timer.
 */
export class DelayedFetches {
  readonly #deadlines: DeadlineQueue;
  readonly #waiting = new Set<Waiting>();
  #rotation = 0;
  #isClosing = false;

  constructor(deadlines: DeadlineQueue) {
    this.#deadlines = deadlines;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when it is worth reading again: enough bytes, the time over, a topic gone, or the broker closing. */
  wait(fetch: DelayedFetch): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        fetch,
        sizesBefore: fetch.partitions.map(({ log }) => log.sizeBytes),
        resolve: () => {},
      };
      const unsubscribe = fetch.partitions.map(({ log }) => log.onAdvance(() => this.#look(waiting)));
      const deadline = this.#deadlines.after(fetch.maxWaitMs, () => waiting.resolve());
      waiting.resolve = () => {
        if (!this.#waiting.delete(waiting)) return;
        deadline.cancel();
        for (const stop of unsubscribe) stop();
        resolve();
      };
      this.#waiting.add(waiting);
    });
  }

  /** Where the next request begins to read, so that no partition starves behind another that always fills the answer. */
  nextRotation(): number {
    this.#rotation = (this.#rotation + 1) % 0x40000000;
    return this.#rotation;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Answers everything that waits, now and from now on at once. */
  close(): void {
    this.#isClosing = true;
    this.releaseAll();
  }

  /** Answers everything that waits. */
  releaseAll(): void {
    for (const waiting of [...this.#waiting]) waiting.resolve();
  }

  #look(waiting: Waiting): void {
    const { fetch, sizesBefore } = waiting;
    let bytes = fetch.foundBytes;
    fetch.partitions.forEach(({ log }, i) => {
      bytes += Math.max(0, log.sizeBytes - (sizesBefore[i] ?? 0));
    });
    // A log that advances without growing (a transaction ended, a segment was deleted) may have made records visible too.
    const mayHaveEnough = bytes >= fetch.minBytes || bytes === fetch.foundBytes;
    if (mayHaveEnough) waiting.resolve();
  }
}
