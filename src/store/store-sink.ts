import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../base/logger.ts';
import type { ConsumerOptions, RecordConsumer } from '../stage/record-consumer.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { movePositions, type Positions, readPositions, type TopicIds } from './log-positions.ts';
import type { Shelf } from './shelves.ts';
import type { Store } from './tables.ts';

export type OpenConsumer = (options: ConsumerOptions) => Promise<RecordConsumer>;

export interface SinkOptions {
  brokers: readonly string[];
  store: Store;
  shelves: readonly Shelf[];
  open: OpenConsumer;
  topicIds: (topics: readonly string[]) => Promise<TopicIds>;
  nowUs: () => number;
  logger: Logger;
  /** After each transaction. */
  onStored: (stored: { changes: number; upToMs: number }) => void;
  onOpen: () => void;
}

/** Records that come together are stored together: a transaction costs more than a row. */
const lingerMs = 40;
const recordsAtOnce = 500;

/**
 * Stores what the topics say: rows, and how far the topics were read, in one transaction. Reading starts where the last
 * transaction ended, so that after a crash nothing is missing and nothing there twice.
 */
export class StoreSink {
  readonly #options: SinkOptions;
  #consumer: RecordConsumer | undefined;
  #isClosed = false;
  #positions: Positions = new Map();
  #topicIds: TopicIds = new Map();

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /**
   * Reads and stores until closed.
   *
   * @throws what the broker or the database says: begin again with another sink
   */
  async run(): Promise<void> {
    const { brokers, store, shelves, open, topicIds, logger, onOpen } = this.#options;
    this.#topicIds = await topicIds(shelves.map(({ topic }) => topic));
    this.#positions = await readPositions(store, this.#topicIds);
    const topics = shelves.map(({ topic }) => topic).filter((topic) => this.#topicIds.has(topic));
    const onInterruption = (error: Error) => logger.warn(`${error.message}; going on`);
    const from = { positions: this.#positions };
    const consumer = await open({ brokers, clientId: 'vigil-store', topics, from, onInterruption });
    this.#consumer = consumer;
    try {
      if (this.#isClosed) return;
      onOpen();
      for await (const records of together(consumer)) {
        await this.#put(records);
        // A database that answers at once lets nobody else have a turn.
        await turn();
      }
    } finally {
      await consumer.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#consumer?.close();
  }

  async #put(records: readonly IncomingRecord[]): Promise<void> {
    const { store, shelves, nowUs, onStored } = this.#options;
    const { positions, changes } = await store.transaction().execute(async (transaction) => {
      const moved = await movePositions(transaction, records, { from: this.#positions, topicIds: this.#topicIds });
      let sum = 0;
      for (const [topic, some] of Map.groupBy(records, (record) => record.topic)) {
        const shelf = shelves.find((each) => each.topic === topic);
        sum += (await shelf?.put(transaction, some, nowUs())) ?? 0;
      }
      return { positions: moved, changes: sum };
    });
    this.#positions = positions;
    onStored({ changes, upToMs: Math.max(...records.map(({ timestampMs }) => timestampMs)) });
  }
}

/** Records that come within a moment, as one list. */
async function* together(records: AsyncIterable<IncomingRecord>): AsyncGenerator<IncomingRecord[]> {
  const iterator = records[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const first = await next;
    if (first.done) return;
    const some = [first.value];
    next = iterator.next();
    // Whoever breaks the loop does not wait for it.
    next.catch(() => {});
    const ended = new AbortController();
    const pause = delay(lingerMs, undefined, { signal: ended.signal }).catch(() => undefined);
    while (some.length < recordsAtOnce) {
      const more = await Promise.race([next, pause]);
      if (!more || more.done) break;
      some.push(more.value);
      next = iterator.next();
      next.catch(() => {});
    }
    ended.abort();
    yield some;
  }
}
