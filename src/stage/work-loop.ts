import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { OffsetTracker } from './offset-tracker.ts';
import { Outbox } from './outbox.ts';
import type { RunningPart } from './part.ts';
import { openRecordConsumer, type RecordConsumer } from './record-consumer.ts';
import { openRecordProducer, type RecordProducer } from './record-producer.ts';

export interface WorkLoopOptions {
  brokers: readonly string[];
  clientId: string;
  groupId: string;
  /** See `ConsumerOptions.groupInstanceId`. */
  groupInstanceId?: string;
  topics: readonly string[];
  /** Records worked on at once; reading ahead is bounded by it. May change while running. */
  concurrency: () => number;
  /**
   * Turns one record into the records to publish for it. Must not throw for bad input (make a result that says so);
   * a throw ends the loop, and the record is read again after a restart.
   */
  work(record: IncomingRecord): Promise<readonly OutgoingRecord[]>;
  /** Told of each interruption that the loop heals by itself. */
  onInterruption?: (error: Error) => void;
}

/** Offsets are committed this often while records flow: a crash repeats at most that much work. */
const commitIntervalMs = 250;
/** Records whose results the broker has not acknowledged; reading waits beyond it. */
const maxUnacknowledged = 64;

/**
 * Consume → work → produce, at least once: a record's offset is committed only after everything made from it and from
 * all records before it in its partition has been acknowledged.
 *
 * @throws BROKER_UNREACHABLE when no broker answers
 */
export async function startWorkLoop(options: WorkLoopOptions): Promise<RunningPart> {
  const producer = await openRecordProducer(options);
  try {
    const consumer = await openRecordConsumer({ ...options, from: 'committed' });
    return new WorkLoop(options, consumer, producer);
  } catch (error) {
    await producer.close();
    throw error;
  }
}

class WorkLoop implements RunningPart {
  readonly done: Promise<void>;
  readonly #options: WorkLoopOptions;
  readonly #consumer: RecordConsumer;
  readonly #producer: RecordProducer;
  readonly #tracker = new OffsetTracker();
  readonly #outbox: Outbox;
  readonly #inHand = new Set<Promise<void>>();
  readonly #commitTimer: NodeJS.Timeout;
  #generation: number;
  #failure: unknown;
  #stopping = false;
  /** A record is at hand and nobody free to work on it. */
  #hasBacklog = false;
  #closing: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #committing: Promise<void> = Promise.resolve();

  constructor(options: WorkLoopOptions, consumer: RecordConsumer, producer: RecordProducer) {
    this.#options = options;
    this.#consumer = consumer;
    this.#producer = producer;
    this.#generation = consumer.generation;
    this.#outbox = new Outbox({ producer, onSettled: () => this.#wake?.(), onFailure: (error) => this.#fail(error) });
    this.#commitTimer = setInterval(() => this.#commitSoon(), commitIntervalMs);
    this.done = this.#run();
    this.done.catch(() => {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #run(): Promise<void> {
    for await (const record of this.#consumer) {
      this.#followAssignment();
      this.#begin(record);
      if (this.#isFull()) await this.#untilFree();
      if (this.#stopping) break;
    }
    if (this.#failure !== undefined) {
      await this.close();
      throw this.#failure;
    }
  }

  async #untilFree(): Promise<void> {
    this.#hasBacklog = true;
    while (this.#isFull() && !this.#stopping) await this.#nextChange();
    this.#hasBacklog = false;
    // With no further record at hand by then the backlog is over, and nothing may wait for company.
    setImmediate(() => {
      if (!this.#hasBacklog) this.#outbox.flush();
    });
  }

  /** After a rebalance the partitions start anew from their committed offsets: older positions mean nothing. */
  #followAssignment(): void {
    if (this.#consumer.generation === this.#generation) return;
    this.#generation = this.#consumer.generation;
    this.#tracker.clear();
  }

  #isFull(): boolean {
    return this.#inHand.size >= this.#options.concurrency() || this.#outbox.waiting >= maxUnacknowledged;
  }

  #begin(record: IncomingRecord): void {
    const onAcknowledged = this.#tracker.start(record);
    const job = this.#options
      .work(record)
      .then(
        (records) => this.#outbox.add({ records, onAcknowledged }, { hasBacklog: this.#hasBacklog }),
        (error: unknown) => this.#fail(error),
      )
      .finally(() => {
        this.#inHand.delete(job);
        this.#wake?.();
      });
    this.#inHand.add(job);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#stopping = true;
    this.#wake?.();
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** One commit at a time; what finishes meanwhile goes into the next. */
  #commitSoon(): Promise<void> {
    this.#committing = this.#committing.then(async () => {
      this.#followAssignment();
      const finished = this.#tracker.takeFinished();
      if (finished.length === 0) return;
      await this.#consumer.commit(finished).catch((error: Error) => {
        this.#tracker.giveBack(finished);
        this.#options.onInterruption?.(error);
      });
    });
    return this.#committing;
  }

  async #close(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    clearInterval(this.#commitTimer);
    await Promise.all(this.#inHand);
    await this.#outbox.empty();
    await this.#commitSoon();
    await this.#consumer.close();
    await this.#producer.close();
  }
}
