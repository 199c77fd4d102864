import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { PartitionLease } from '../stage/kafka/partition-lease.ts';
import type { TransactionalProducer } from '../stage/kafka/transactional-producer.ts';
import { hasKafkaError } from '../stage/kafka-errors.ts';
import type { ProgressSource, TakenProgress } from '../stage/order/group-progress.ts';
import type { RunningPart } from '../stage/part.ts';
import type { PeopleReader } from '../stage/people/people-reader.ts';
import type { GroupConsumer, LeasedRecord, RecordConsumer, RecordPosition } from '../stage/record-consumer.ts';
import type { StateReader } from '../stage/state-reader.ts';
import { decodeLedgerRecord, totalLost } from '../topics/ledger-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { PartitionYield, TrackDesk } from './track-desk.ts';
import type { TrackState } from './track-state.ts';

export interface TrackLoopOptions {
  groupId: string;
  desk: TrackDesk;
  consumer: GroupConsumer;
  producer: TransactionalProducer;
  statements: RecordConsumer;
  states: StateReader<TrackState>;
  people: PeopleReader;
  progress: ProgressSource;
  logger: Logger;
}

/** Where tracks are may wait this long for company, what they did this long. */
const lingerMs = { places: 250, events: 20 };
/** Nothing was made, but much was read: a restart should not read it all again. */
const idleCommitMs = 1000;
/** How often is asked how far the detectors are, while something waits for it. */
const progressMs = 100;
const pollMs = 20;
const retryMs = 250;
const drainMs = 1000;

interface Waiting {
  detector: string;
  taken: TakenProgress;
  adoptions: number;
}

/**
 * Reads results, and writes what becomes of them. One owner of the desk: everything that changes it happens here, and
 * nothing is awaited between reading it and changing it, but while a partition is being adopted.
 */
export class TrackLoop implements RunningPart {
  readonly done: Promise<void>;
  readonly #options: TrackLoopOptions;
  readonly #leases = new Map<number, PartitionLease>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Grows with each partition that is read from another place: what was asked before says nothing about it. */
  #adoptions = 0;
  #isAdopting = false;
  #asked = 0;
  #asking: Promise<void> | undefined;
  #answer: Waiting | undefined;
  #committing: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #lingerUntil = Number.POSITIVE_INFINITY;
  #isClosing = false;
  #closing: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: TrackLoopOptions) {
    this.#options = options;
    this.#timers.push(setInterval(() => this.#askProgress(), progressMs));
    this.#timers.push(setInterval(() => this.#applyProgress(), pollMs));
    this.#timers.push(setInterval(() => this.#commitSoon(), idleCommitMs));
    this.done = Promise.all([this.#read(), this.#readStatements()]).then(() => undefined);
    this.done.catch(() => {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #read(): Promise<void> {
    const { consumer, desk, logger } = this.#options;
    try {
      for await (const record of consumer) {
        if (this.#leases.get(record.partition) !== record.lease) await this.#adopt(record);
        if (this.#isClosing) break;
        if (!record.lease.isHeld) continue;
        try {
          desk.add(record);
        } catch (error) {
          if (!isFault(error, 'RECORD_INVALID')) throw error;
          logger.warn(`${describeError(error)}; it is passed over`);
        }
        this.#worked();
      }
    } catch (error) {
      this.#failure = error;
    }
    if (this.#failure === undefined) return;
    await this.close();
    throw this.#failure;
  }

  async #readStatements(): Promise<void> {
    const { statements, desk, logger } = this.#options;
    for await (const record of statements) {
      try {
        const entry = decodeLedgerRecord(record);
        if (entry?.kind === 'skip') {
          desk.skip(entry.statement);
          this.#worked();
        }
        if (entry?.kind !== 'session') continue;
        const { camera, session, state, captured, published, ...stated } = entry.statement;
        const isSettled = captured === published + totalLost(stated);
        const isOver = isSettled && state !== 'opening' && state !== 'running';
        desk.learn({ camera, session, published, isOver });
        this.#worked();
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        logger.warn(`${describeError(error)}; it is passed over`);
      }
    }
  }

  /** The first record under a new lease: whoever read the partition before has committed all that it could. */
  async #adopt({ partition, lease }: LeasedRecord): Promise<void> {
    const { desk, states, progress } = this.#options;
    this.#isAdopting = true;
    try {
      await this.#committing;
      desk.forget(partition);
      const [end = 0n] = (await this.#untilItWorks(() => progress.endsOf(states.topic))) ?? [];
      const found = await states.of(partition, end);
      if (!lease.isHeld || this.#isClosing) return;
      this.#leases.set(partition, lease);
      this.#adoptions += 1;
      for (const state of found) desk.restore(state);
    } finally {
      this.#isAdopting = false;
    }
  }

  /** Something was made, perhaps: it leaves soon, or a little later in company. */
  #worked(): void {
    const { desk } = this.#options;
    this.#applyProgress();
    if (!desk.hasMade) return;
    const waitMs = desk.isUrgent ? lingerMs.events : lingerMs.places;
    const until = performance.now() + waitMs;
    if (until >= this.#lingerUntil) return;
    clearTimeout(this.#linger);
    this.#lingerUntil = until;
    this.#linger = setTimeout(() => this.#commitSoon(), waitMs);
  }

  #askProgress(): void {
    if (this.#asking || this.#answer || this.#isAdopting || this.#isClosing) return;
    const wanted = [...this.#options.desk.wantingProgress()];
    // In turn: one that waits for a group that stands still must not keep the others from asking.
    const next = wanted[this.#asked++ % Math.max(1, wanted.length)];
    if (!next) return;
    const { detector, ticket } = next;
    const adoptions = this.#adoptions;
    this.#asking = this.#options.progress
      .take(`detect-${detector}`, ticket)
      .then((taken) => {
        this.#answer = { detector, taken, adoptions };
      })
      .catch((error: unknown) => this.#options.logger.debug(describeError(error)))
      .finally(() => {
        this.#asking = undefined;
        this.#applyProgress();
      });
  }

  /** Hands a progress over once the results were read as far as it asks for. */
  #applyProgress(): void {
    const { desk, consumer, statements } = this.#options;
    if (!this.#answer || this.#isAdopting) return;
    const { detector, taken, adoptions } = this.#answer;
    if (adoptions === this.#adoptions) {
      if (isBehind(consumer, taken.until) || isBehind(statements, taken.stated)) return;
      this.#answer = undefined;
      desk.advance(detector, taken);
      this.#worked();
    } else this.#answer = undefined;
  }

  #commitSoon(): void {
    clearTimeout(this.#linger);
    this.#lingerUntil = Number.POSITIVE_INFINITY;
    if (this.#committing || this.#isAdopting) return;
    this.#committing = this.#commit()
      .catch((error: unknown) => this.#recover(error))
      .finally(() => {
        this.#committing = undefined;
        if (this.#options.desk.hasMade && !this.#isClosing) this.#worked();
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
  #held(taken: readonly PartitionYield[]): PartitionYield[] {
    return taken.filter(({ partition }) => {
      const isHeld = this.#leases.get(partition)?.isHeld ?? false;
      if (!isHeld) this.#options.desk.forget(partition);
      return isHeld;
    });
  }

  /** "Read up to and including", so far that nothing that is held has to be read again. */
  #offsets(taken: readonly PartitionYield[]): RecordPosition[] {
    const touched = new Set(taken.map(({ partition }) => partition));
    return this.#options.consumer.positions().flatMap(({ topic, partition, offset }) => {
      if (!touched.has(partition)) return [];
      return [{ topic, partition, offset: this.#options.desk.restartOffset(partition, offset) - 1n }];
    });
  }

  /** What was made is gone with the transaction: everything is read again from where the last one ended. */
  async #recover(error: unknown): Promise<void> {
    const { producer, consumer, logger } = this.#options;
    if (this.#isClosing) return;
    if (!(error instanceof LeaseLost)) logger.warn(`${describeError(error)}; going on`);
    try {
      if (hasKafkaError(error, 'FENCED_INSTANCE_ID')) throw error;
      await consumer.confirm();
      await producer.begin((cause) => logger.warn(`${describeError(cause)}; going on`));
      for (const partition of this.#leases.keys()) this.#options.desk.forget(partition);
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

  /** What was there when the end was ordered is worked on, so far as there is time: a run that ends has all its events. */
  async #drain(): Promise<void> {
    const { consumer, desk, progress } = this.#options;
    const deadline = performance.now() + drainMs;
    const asked = progress.endsOf(topicNames.processedImages);
    const ends = (await Promise.race([asked, delay(drainMs, undefined, { ref: false })])) ?? [];
    const isWaiting = () => !desk.wantingProgress().next().done;
    while ((isBehind(consumer, ends) || isWaiting()) && performance.now() < deadline) await delay(pollMs);
  }

  async #close(): Promise<void> {
    const { consumer, producer, statements, states, people, progress } = this.#options;
    if (this.#failure === undefined) await this.#drain().catch(() => {});
    for (const timer of this.#timers) clearInterval(timer);
    await this.#committing;
    if (this.#failure === undefined) this.#commitSoon();
    this.#isClosing = true;
    await this.#committing;
    clearTimeout(this.#linger);
    await consumer.close();
    await Promise.all([producer.close(), statements.close(), states.close(), people.close(), progress.close()]);
  }
}

/** Whether a reader has not come as far yet in a partition that it reads. */
function isBehind(reader: RecordConsumer, ends: readonly bigint[]): boolean {
  return reader.positions().some(({ partition, offset }) => offset < (ends[partition] ?? 0n));
}

/** A partition went to another member while its events were on their way. */
class LeaseLost extends Error {
  constructor() {
    super('a partition went to another member');
  }
}
