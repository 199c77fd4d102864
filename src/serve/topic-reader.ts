import type { Clock } from '../base/clock.ts';
import type { ConsumerOptions, RecordConsumer } from '../stage/record-consumer.ts';
import type { IncomingRecord } from '../topics/record.ts';

export type OpenConsumer = (options: ConsumerOptions) => Promise<RecordConsumer>;

export interface TopicReaderOptions {
  consumer: ConsumerOptions;
  open: OpenConsumer;
  clock: Clock;
  /** Called in the order of each partition; must not throw. */
  onRecord: (record: IncomingRecord) => void;
  /** The broker answered; records follow. */
  onOpen: () => void;
  /** The broker does not answer; the reader tries again by itself. */
  onTrouble: (error: unknown) => void;
}

const firstRetryMs = 200;
const longestRetryMs = 5_000;

/** Reads a topic until it is closed, and keeps trying while the broker does not answer. */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #finished: Promise<void>;
  readonly #closing = Promise.withResolvers<undefined>();
  #consumer: RecordConsumer | undefined;
  #isClosed = false;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
    this.#finished = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve(undefined);
    await this.#consumer?.close();
    await this.#finished;
  }

  async #run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.#isClosed) {
      try {
        const consumer = await this.#open();
        if (!consumer) return;
        retryMs = firstRetryMs;
        await this.#read(consumer);
      } catch (error) {
        if (!this.#isClosed) this.#options.onTrouble(error);
      }
      await this.#pause(retryMs);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  /** @returns undefined when closed meanwhile: a broker that does not answer must not hold up the end. */
  async #open(): Promise<RecordConsumer | undefined> {
    const opening = this.#options.open(this.#options.consumer);
    const consumer = await Promise.race([opening, this.#closing.promise]);
    if (!consumer) {
      opening.then(
        (late) => late.close(),
        () => {},
      );
    }
    return consumer;
  }

  async #read(consumer: RecordConsumer): Promise<void> {
    const { onOpen, onRecord } = this.#options;
    this.#consumer = consumer;
    try {
      if (this.#isClosed) return;
      onOpen();
      for await (const record of consumer) {
        if (this.#isClosed) return;
        onRecord(record);
      }
    } finally {
      await consumer.close();
    }
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(delayMs, resolve);
    await Promise.race([promise, this.#closing.promise]);
    cancel();
  }
}
