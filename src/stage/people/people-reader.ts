import { isFault, type VigilError } from '../../base/errors.ts';
import { decodePeopleRecord } from '../../topics/people-record.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { offsetsOf } from '../read-to-end.ts';
import { type ConsumerOptions, openRecordConsumer, type RecordConsumer } from '../record-consumer.ts';
import { PeopleBook } from './people-book.ts';

export interface PeopleReaderOptions extends Pick<ConsumerOptions, 'brokers' | 'clientId' | 'onInterruption'> {
  /** Keep the pictures of faces as well. */
  crops?: boolean;
  /** A record that is not what its key promises: it is passed over. */
  onInvalid: (error: VigilError) => void;
}

const lookMs = 20;

/** Follows `people`: a book that is always as new as the topic. */
export class PeopleReader {
  readonly book: PeopleBook;
  /** Ends when it is closed; rejects when the topic cannot be read. */
  readonly done: Promise<void>;
  readonly #consumer: RecordConsumer;
  readonly #onInvalid: PeopleReaderOptions['onInvalid'];

  /** @returns once everything that is there has been read. @throws BROKER_UNREACHABLE */
  static async open({ crops = false, onInvalid, ...common }: PeopleReaderOptions): Promise<PeopleReader> {
    const ends = await offsetsOf({ ...common, topic: topicNames.people, from: 'end' });
    const consumer = await openRecordConsumer({ ...common, topics: [topicNames.people], from: 'beginning' });
    const reader = new PeopleReader(consumer, new PeopleBook({ crops }), onInvalid);
    await reader.#until(ends.get(0) ?? 0n);
    return reader;
  }

  private constructor(consumer: RecordConsumer, book: PeopleBook, onInvalid: PeopleReaderOptions['onInvalid']) {
    this.#consumer = consumer;
    this.book = book;
    this.#onInvalid = onInvalid;
    this.done = this.#read();
    this.done.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#consumer.close();
    await this.done.catch(() => undefined);
  }

  async #read(): Promise<void> {
    for await (const record of this.#consumer) applyTo(this.book, record, this.#onInvalid);
  }

  /** What lies last need not be a record: only the position tells. */
  async #until(end: bigint): Promise<void> {
    const isThrough = () => (this.#consumer.positions()[0]?.offset ?? 0n) >= end;
    const through = Promise.withResolvers<void>();
    const looking = setInterval(() => isThrough() && through.resolve(), lookMs);
    await Promise.race([through.promise, this.done]).finally(() => clearInterval(looking));
  }
}

/** Takes one record of `people` into a book. */
export function applyTo(book: PeopleBook, record: IncomingRecord, onInvalid: (error: VigilError) => void): void {
  try {
    book.apply(decodePeopleRecord(record), record.offset);
  } catch (error) {
    if (!isFault(error, 'RECORD_INVALID')) throw error;
    book.apply(undefined, record.offset);
    onInvalid(error);
  }
}
