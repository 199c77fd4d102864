import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { openAtLeastOnce } from './at-least-once.ts';
import type { Delivery, DeliveryKind, DeliveryOptions } from './delivery.ts';
import { openExactlyOnce } from './exactly-once.ts';
import type { TopicPartition } from './kafka/sticky-assignment.ts';
import type { RunningPart } from './part.ts';
import { PoisonGuard, type PoisonOptions } from './poison-guard.ts';
import {
  type GroupConsumer,
  type LeasedRecord,
  openGroupConsumer,
  type RecordPosition,
  type StartFrom,
} from './record-consumer.ts';
import { WorkInHand } from './work-in-hand.ts';

export interface WorkLoopOptions {
  brokers: readonly string[];
  clientId: string;
  groupId: string;
  /** See `ConsumerOptions.groupInstanceId`; names the transactions too. */
  groupInstanceId?: string;
  /** See `ConsumerOptions.sessionTimeoutMs`. */
  sessionTimeoutMs?: number;
  topics: readonly string[];
  /** `exactly-once` when left out. */
  delivery?: DeliveryKind;
  /** Where partitions start for which the group has no offset; the beginning when left out. */
  from?: Exclude<StartFrom, 'committed'>;
  /** Records worked on at once; reading ahead is bounded by it. May change while running. */
  concurrency: () => number;
  /**
   * Turns one record into the records to publish for it. Must not throw for bad input (make a result that says so);
   * a throw ends the loop, and the record is read again after a restart. What it makes must depend on the record alone.
   */
  work(record: IncomingRecord): Promise<readonly OutgoingRecord[]>;
  /** See `DeliveryOptions.gather`. */
  gather?: NonNullable<DeliveryOptions['gather']>;
  /** Records that this loop leaves alone: neither worked on nor committed, so that another run may have them. */
  isPast?: (record: IncomingRecord) => boolean;
  /** See `DeliveryOptions.targets`. */
  targets?: (record: IncomingRecord) => readonly TopicPartition[];
  /** Guards against records that end the process; left out: such a record is tried for ever. */
  poison?: PoisonOptions;
  /** Told of each interruption that the loop heals by itself. */
  onInterruption?: (error: Error) => void;
}

export interface RunningWorkLoop extends RunningPart {
  /** How far each partition was read of which nothing is in hand. */
  idlePositions(): RecordPosition[];
}

/** So long the end waits for what is in hand; the rest is read again by the next process. */
const settleWithinMs = 3000;
/** Records whose results the broker has not acknowledged; reading waits beyond it. */
const maxUnacknowledged = 64;

/**
 * Consume → work → produce. Results and offsets reach the log in one transaction (`exactly-once`), or results first and
 * offsets after (`at-least-once`). Records of a partition may finish in any order; they count in the partition's order.
 *
 * @throws BROKER_UNREACHABLE when no broker answers, DETECTOR_REPLACED when the instance is taken
 */
export async function startWorkLoop(options: WorkLoopOptions): Promise<RunningWorkLoop> {
  const { from, ...common } = options;
  const start = from === undefined ? {} : { otherwise: from };
  const consumer = await openGroupConsumer({ ...common, ...start, from: 'committed' });
  const loop = new WorkLoop(options, consumer);
  try {
    await loop.start();
    return loop;
  } catch (error) {
    await consumer.close();
    throw error;
  }
}

class WorkLoop implements RunningWorkLoop {
  readonly done: Promise<void>;
  readonly #options: WorkLoopOptions;
  readonly #consumer: GroupConsumer;
  readonly #guard: PoisonGuard | undefined;
  readonly #work = new WorkInHand();
  readonly #inHand = new Set<Promise<void>>();
  readonly #started = Promise.withResolvers<Delivery>();
  readonly #ending = new AbortController();
  #failure: unknown;
  #stopping = false;
  /** A record is at hand and nobody free to work on it. */
  #hasBacklog = false;
  #closing: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: WorkLoopOptions, consumer: GroupConsumer) {
    this.#options = options;
    this.#consumer = consumer;
    const inFlight = () => options.concurrency() + maxUnacknowledged;
    this.#guard =
      options.poison && new PoisonGuard({ ...options.poison, consumer, inFlight, signal: this.#ending.signal });
    this.done = this.#run();
    this.done.catch(() => {});
  }

  async start(): Promise<void> {
    const open = this.#options.delivery === 'at-least-once' ? openAtLeastOnce : openExactlyOnce;
    try {
      this.#started.resolve(await open(this.#deliveryOptions()));
    } catch (error) {
      this.#started.reject(error);
      throw error;
    }
  }

  idlePositions(): RecordPosition[] {
    return this.#consumer.positions().filter((position) => this.#work.isIdle(position));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #deliveryOptions(): DeliveryOptions {
    const { onInterruption } = this.#options;
    return {
      ...this.#options,
      consumer: this.#consumer,
      work: this.#work,
      onSettled: () => this.#wake?.(),
      onFailure: (error) => this.#fail(error),
      onInterruption: (error) => onInterruption?.(error instanceof Error ? error : new Error(String(error))),
    };
  }

  async #run(): Promise<void> {
    const delivery = await this.#started.promise;
    try {
      for await (const record of this.#consumer) {
        if (this.#stopping) break;
        if (this.#options.isPast?.(record)) continue;
        if (this.#guard?.suspects(record)) await this.#workAlone(record, this.#guard, delivery);
        else this.#begin(record, delivery, this.#options.work);
        if (this.#isFull(delivery)) await this.#untilFree(delivery);
        if (this.#stopping) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== undefined) {
      await this.close();
      throw this.#failure;
    }
  }

  async #untilFree(delivery: Delivery): Promise<void> {
    this.#hasBacklog = true;
    while (this.#isFull(delivery) && !this.#stopping) await this.#nextChange();
    this.#hasBacklog = false;
    // With no further record at hand by then the backlog is over, and nothing may wait for company.
    setImmediate(() => {
      if (!this.#hasBacklog) delivery.flush();
    });
  }

  #isFull(delivery: Delivery): boolean {
    return this.#inHand.size >= this.#options.concurrency() || delivery.waiting >= maxUnacknowledged;
  }

  /** With nothing else in hand, so that it is the record's doing if the process ends. */
  async #workAlone(record: LeasedRecord, guard: PoisonGuard, delivery: Delivery): Promise<void> {
    await this.#settle(delivery);
    if (this.#stopping || !record.lease.isHeld) return;
    const work = await guard.workFor(record, this.#options.work);
    if (this.#stopping || !record.lease.isHeld) return;
    this.#begin(record, delivery, work);
    await this.#settle(delivery);
  }

  async #settle(delivery: Delivery): Promise<void> {
    await Promise.all(this.#inHand);
    await delivery.settle();
  }

  #begin(record: LeasedRecord, delivery: Delivery, work: WorkLoopOptions['work']): void {
    const entry = this.#work.begin(record);
    delivery.begun(entry);
    const job = work(record)
      .then(
        (made) => {
          entry.made = made;
          delivery.finished(entry, { hasBacklog: this.#hasBacklog });
        },
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

  async #close(): Promise<void> {
    this.#stopping = true;
    this.#ending.abort();
    this.#wake?.();
    const delivery = await this.#started.promise.catch(() => undefined);
    // A broker that is away must not hold up the end.
    if (delivery) await Promise.race([this.#settle(delivery), delay(settleWithinMs, undefined, { ref: false })]);
    await delivery?.close();
    await this.#consumer.close();
  }
}
