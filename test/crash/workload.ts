import { runCopier } from './copier.ts';
import type { HistoryEvent } from './history.ts';
import { runReader } from './reader.ts';
import { runTransactions, runWriter } from './writers.ts';

/** What the clients of a workload share. */
export interface Work {
  bootstrap: string;
  history: HistoryEvent[];
  /** Set when writers shall come to an end. */
  writersEnd: AbortSignal;
  readersEnd: AbortSignal;
  /** 0 ≤ result < limit, whole; the same in every run. */
  below(limit: number): number;
  /** Notes why a client has to begin anew. */
  onFailure(client: string, error: unknown): void;
  /** A value that was never used before. */
  newValue(client: string): string;
}

const tellLateMs = 10_000;

/** Writers, transactions, copiers and members of a group that go on through every death of the broker. */
export class Workload {
  readonly #writersEnd = new AbortController();
  readonly #readersEnd = new AbortController();
  readonly #failures = new Map<string, unknown>();
  readonly #running = new Set<string>();
  readonly #writers: Promise<void>[];
  readonly #others: Promise<void>[];

  constructor(options: Pick<Work, 'bootstrap' | 'history' | 'below' | 'newValue'>) {
    const work: Work = {
      ...options,
      writersEnd: this.#writersEnd.signal,
      readersEnd: this.#readersEnd.signal,
      onFailure: (client, error) => this.#failures.set(client, error),
    };
    const start = (client: string, run: (work: Work, client: string) => Promise<void>) =>
      this.#watch(client, run(work, client));
    this.#writers = [
      start('writer-1', runWriter),
      start('writer-2', runWriter),
      start('transactions', runTransactions),
    ];
    this.#others = [
      start('copier-1', (_, client) => runCopier(work, client, [0, 1])),
      start('copier-2', (_, client) => runCopier(work, client, [2])),
      start('reader-1', runReader),
      start('reader-2', runReader),
    ];
  }

  #watch(client: string, running: Promise<void>): Promise<void> {
    this.#running.add(client);
    running.catch(() => {}).finally(() => this.#running.delete(client));
    return running;
  }

  /**
   * Ends the writers, then the readers.
   *
   * @param onLate is told every ten seconds who has not come to an end, and why it last began anew
   * @throws what ended one of them before its time
   */
  async stop(onLate: (who: string) => void): Promise<void> {
    const timer = setInterval(() => onLate(this.#stragglers()), tellLateMs);
    try {
      this.#writersEnd.abort();
      const writers = await Promise.allSettled(this.#writers);
      this.#readersEnd.abort();
      const others = await Promise.allSettled(this.#others);
      for (const each of [...writers, ...others]) if (each.status === 'rejected') throw each.reason;
    } finally {
      clearInterval(timer);
    }
  }

  #stragglers(): string {
    return [...this.#running].map((client) => `${client}: ${this.#failures.get(client) ?? 'no failure'}`).join('; ');
  }
}
