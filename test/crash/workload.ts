import type { HistoryEvent } from './history.ts';
import { runReader } from './reader.ts';
import { runTransactions, runWriter } from './writers.ts';

export const topic = 'survivors';
export const partitions = 3;
export const group = 'readers';

export const partitionName = (partition: number): string => `${topic}/${partition}`;

/** What the clients of a workload share. */
export interface Work {
  bootstrap: string;
  history: HistoryEvent[];
  /** Set when writers shall come to an end. */
  writersEnd: AbortSignal;
  readersEnd: AbortSignal;
  /** 0 ≤ result < limit, whole; the same in every run. */
  below(limit: number): number;
  /** A value that was never used before. */
  newValue(client: string): string;
}

/** Writers, transactions and members of a group that go on through every death of the broker. */
export class Workload {
  readonly #writersEnd = new AbortController();
  readonly #readersEnd = new AbortController();
  readonly #writers: Promise<void>[];
  readonly #readers: Promise<void>[];

  constructor(options: Pick<Work, 'bootstrap' | 'history' | 'below' | 'newValue'>) {
    const work: Work = { ...options, writersEnd: this.#writersEnd.signal, readersEnd: this.#readersEnd.signal };
    this.#writers = [runWriter(work, 'writer-1'), runWriter(work, 'writer-2'), runTransactions(work, 'transactions')];
    this.#readers = [runReader(work, 'reader-1'), runReader(work, 'reader-2')];
    for (const each of [...this.#writers, ...this.#readers]) each.catch(() => {});
  }

  /** Ends the writers, then the readers. @throws what ended one of them before its time */
  async stop(): Promise<void> {
    this.#writersEnd.abort();
    const writers = await Promise.allSettled(this.#writers);
    this.#readersEnd.abort();
    const readers = await Promise.allSettled(this.#readers);
    for (const each of [...writers, ...readers]) if (each.status === 'rejected') throw each.reason;
  }
}
