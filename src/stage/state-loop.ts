import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { OutgoingRecord } from '../topics/record.ts';
import type { PartitionLease } from './kafka/partition-lease.ts';
import type { TransactionalProducer } from './kafka/transactional-producer.ts';
import { hasKafkaError } from './kafka-errors.ts';
import type { RunningPart } from './part.ts';
import type { GroupConsumer, LeasedRecord, RecordPosition } from './record-consumer.ts';
import type { CameraState, StateReader } from './state-reader.ts';

/** What one partition has given rise to since the last `take`, the states to go on with among it. */
export interface StateYield {
  partition: number;
  records: OutgoingRecord[];
}

/** What a loop with a memory does with records; pure, and owned by its loop. */
export interface StateDesk<S> {
  /**
   * Whatever of a record takes time, its picture being decoded say, before it is added; it must change nothing else.
   *
   * @throws RECORD_INVALID
   */
  prepare?(record: LeasedRecord): Promise<void>;
  /** @throws RECORD_INVALID when the record is not what belongs on the topic */
  add(record: LeasedRecord): void;
  /** A partition is read by somebody else, or anew: nothing of it counts any more. */
  forget(partition: number): void;
  /** Goes on where an earlier reader of the partition left off. */
  restore(state: S): void;
  /** Whether there is anything to write. */
  readonly hasMade: boolean;
  take(): StateYield[];
  /** Where reading a partition begins after a restart, when it was read up to `position`; left out: there. */
  restartOffset?(partition: number, position: bigint): bigint;
}

export interface StateLoopOptions<S extends CameraState> {
  groupId: string;
  desk: StateDesk<S>;
  consumer: GroupConsumer;
  producer: TransactionalProducer;
  states: StateReader<S>;
  /** Where the partitions of a topic end, open transactions included. */
  endsOf: (topic: string) => Promise<readonly bigint[]>;
  /** What was made so far may wait so long for company. */
  lingerMs: () => number;
  logger: Logger;
}

const retryMs = 250;
/** How often is looked for partitions that were given to this member and hold nothing new. */
const lookMs = 200;

/**
 * Reads records, and writes what a desk with a memory makes of them: records made, offsets and states in one transaction.
 * A transaction that fails throws everything in memory away, and reading starts anew where the last one ended: there is
 * one way back, and it is the one that crashes use.
 */
export class StateLoop<S extends CameraState> implements RunningPart {
  readonly done: Promise<void>;
  readonly #options: StateLoopOptions<S>;
  readonly #leases = new Map<number, PartitionLease>();
  readonly #adopting = new Map<PartitionLease, Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #adoptions = 0;
  /** Taken from the consumer and not added yet: reading has not come past it. */
  #preparing: LeasedRecord | undefined;
  #committing: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #lingerUntil = Number.POSITIVE_INFINITY;
  #isClosing = false;
  #closing: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: StateLoopOptions<S>) {
    this.#options = options;
    this.#timer = setInterval(() => this.#adoptQuiet(), lookMs);
    this.done = this.#read();
    this.done.catch(() => {});
  }

  /** Something was made, perhaps, by a clock instead of a record: it leaves soon. */
  changed(): void {
    if (!this.#options.desk.hasMade) return;
    const waitMs = this.#options.lingerMs();
    const until = performance.now() + waitMs;
    if (until >= this.#lingerUntil) return;
    clearTimeout(this.#linger);
    this.#lingerUntil = until;
    this.#linger = setTimeout(() => this.#commitSoon(), waitMs);
  }

  /** As the consumer's, but for a record that is still being prepared: that one was not read. */
  positions(): RecordPosition[] {
    const preparing = this.#preparing;
    const positions = this.#options.consumer.positions();
    if (!preparing?.lease.isHeld) return positions;
    const { partition, offset } = preparing;
    return positions.map((each) => (each.partition === partition ? { ...each, offset } : each));
  }

  /** Grows with each partition that is read from another place: what was asked before says nothing about it. */
  get adoptions(): number {
    return this.#adoptions;
  }

  /** While a partition is being taken over its cameras are not all there. */
  get isSettled(): boolean {
    return this.#adopting.size === 0 && !this.#isClosing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #read(): Promise<void> {
    try {
      for await (const record of this.#options.consumer) {
        if (this.#leases.get(record.partition) !== record.lease) await this.#adopt(record.lease);
        if (this.#isClosing) break;
        await this.#add(record);
      }
    } catch (error) {
      this.#failure = error;
    }
    if (this.#failure === undefined) return;
    await this.close();
    throw this.#failure;
  }

  async #add(record: LeasedRecord): Promise<void> {
    const { desk, logger } = this.#options;
    try {
      if (desk.prepare && record.lease.isHeld) {
        this.#preparing = record;
        await desk.prepare(record);
      }
      if (!record.lease.isHeld || this.#isClosing) return;
      desk.add(record);
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
      logger.warn(`${describeError(error)}; it is passed over`);
    } finally {
      this.#preparing = undefined;
    }
    this.changed();
  }

  /** What was there before is remembered also where nothing new comes: time goes on for it. */
  #adoptQuiet(): void {
    for (const lease of this.#options.consumer.leases) {
      if (this.#leases.get(lease.partition) !== lease && lease.isHeld && !this.#isClosing) void this.#adopt(lease);
    }
  }

  #adopt(lease: PartitionLease): Promise<void> {
    const known = this.#adopting.get(lease);
    if (known) return known;
    const adopting = this.#restore(lease).finally(() => {
      this.#adopting.delete(lease);
      this.changed();
    });
    this.#adopting.set(lease, adopting);
    return adopting;
  }

  /** Under a new lease: whoever read the partition before has committed all that it could. */
  async #restore(lease: PartitionLease): Promise<void> {
    const { desk, states, endsOf } = this.#options;
    const { partition } = lease;
    await this.#committing;
    desk.forget(partition);
    const [end = 0n] = (await this.#untilItWorks(() => endsOf(states.topic))) ?? [];
    const found = await states.of(partition, end);
    if (!lease.isHeld || this.#isClosing) return;
    this.#leases.set(partition, lease);
    this.#adoptions += 1;
    for (const state of found) desk.restore(state);
  }

  #commitSoon(): void {
    clearTimeout(this.#linger);
    this.#lingerUntil = Number.POSITIVE_INFINITY;
    if (this.#committing || this.#adopting.size > 0) return;
    this.#committing = this.#commit()
      .catch((error: unknown) => this.#recover(error))
      .finally(() => {
        this.#committing = undefined;
        if (!this.#isClosing) this.changed();
      });
  }

  async #commit(): Promise<void> {
    const { desk, producer, groupId, consumer } = this.#options;
    const taken = this.#held(desk.take());
    const offsets = this.#offsets(taken);
    if (offsets.length === 0) return;
    const records = await producer.place(taken.flatMap((each) => each.records));
    await producer.open(groupId, records);
    // In one turn: what is committed under this generation must be held in this generation.
    const { identity } = consumer;
    if (!identity || taken.some(({ partition }) => !this.#leases.get(partition)?.isHeld)) throw new LeaseLost();
    const committed = producer.commitOffsets(identity, offsets);
    const outcomes = await Promise.allSettled([committed, records.length > 0 ? producer.publish(records) : undefined]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    await producer.commit();
  }

  /** What belongs to a partition that somebody else reads now is theirs to make. */
  #held(taken: readonly StateYield[]): StateYield[] {
    return taken.filter(({ partition }) => {
      const isHeld = this.#leases.get(partition)?.isHeld ?? false;
      if (!isHeld) this.#options.desk.forget(partition);
      return isHeld;
    });
  }

  /** "Read up to and including", so far that nothing that the desk holds has to be read again. */
  #offsets(taken: readonly StateYield[]): RecordPosition[] {
    const { desk } = this.#options;
    const touched = new Set(taken.map(({ partition }) => partition));
    const read = this.positions().filter(({ partition }) => touched.has(partition));
    return read.map((at) => ({ ...at, offset: (desk.restartOffset?.(at.partition, at.offset) ?? at.offset) - 1n }));
  }

  async #recover(error: unknown): Promise<void> {
    const { producer, consumer, desk, logger } = this.#options;
    if (this.#isClosing) return;
    if (!(error instanceof LeaseLost)) logger.warn(`${describeError(error)}; going on`);
    try {
      if (hasKafkaError(error, 'FENCED_INSTANCE_ID')) throw error;
      await consumer.confirm();
      await producer.begin((cause) => logger.warn(`${describeError(cause)}; going on`));
      for (const partition of this.#leases.keys()) desk.forget(partition);
      this.#leases.clear();
      this.#adoptions += 1;
      await consumer.restart();
    } catch (cause) {
      this.#failure ??= cause;
      void this.close();
    }
  }

  async #untilItWorks<T>(ask: () => Promise<T>): Promise<T | undefined> {
    while (!this.#isClosing) {
      try {
        return await ask();
      } catch (error) {
        this.#options.logger.warn(`${describeError(error)}; trying again`);
        await delay(retryMs);
      }
    }
    return undefined;
  }

  async #close(): Promise<void> {
    const { consumer, producer, states } = this.#options;
    clearInterval(this.#timer);
    await this.#committing;
    if (this.#failure === undefined) this.#commitSoon();
    this.#isClosing = true;
    await this.#committing;
    clearTimeout(this.#linger);
    await consumer.close();
    await Promise.all([producer.close(), states.close()]);
  }
}

/** A partition went to another member while what was made of it was on its way. */
class LeaseLost extends Error {
  constructor() {
    super('a partition went to another member');
  }
}
