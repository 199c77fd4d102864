import { randomUUID } from 'node:crypto';
import { isFault } from '../base/errors.ts';
import { type Delivery, type DeliveryOptions, recordsMade } from './delivery.ts';
import type { TopicPartition } from './kafka/sticky-assignment.ts';
import { TransactionalProducer } from './kafka/transactional-producer.ts';
import { brokerFault, hasKafkaError, isRefusal } from './kafka-errors.ts';
import { lingerMs } from './linger.ts';
import { maxGathered } from './outbox.ts';
import { newestOf, type WorkEntry } from './work-in-hand.ts';

/** The broker ends what a process leaves open after so long, if it never comes back. */
const transactionTimeoutMs = 10_000;
/** Work that usually takes longer opens no transaction ahead: it could time out meanwhile. */
const longWorkMs = 2000;
const maxRequestBytes = 4 * 2 ** 20;

/** This producer's epoch, or its transaction, is over. */
const fenced = [
  ...['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'INVALID_PRODUCER_ID_MAPPING'],
  // Also said when this process has joined anew itself, after a session that ran out.
  'FENCED_INSTANCE_ID',
];
/** This member's generation is over. */
const outdated = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'];
const lostSequence = ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'];

/**
 * Takes over the transactional id of this instance, which ends what a process before it left open.
 *
 * @throws BROKER_UNREACHABLE when no broker answers
 */
export async function openExactlyOnce(options: DeliveryOptions): Promise<Delivery> {
  const { brokers, clientId, groupId, groupInstanceId = randomUUID() } = options;
  const transactionalId = `${groupId}-${groupInstanceId}`;
  const producer = new TransactionalProducer({ brokers, clientId, transactionalId, timeoutMs: transactionTimeoutMs });
  try {
    await producer.begin(options.onInterruption);
    return new ExactlyOnce(options, producer);
  } catch (cause) {
    await producer.close();
    throw brokerFault(brokers, `starting transactions as ${transactionalId}`, cause);
  }
}

/**
 * Results and offsets in one transaction, so that readers of committed records see each result once, whatever crashes.
 * A transaction holds, for each partition, the results of the records up to the offset it commits and no others. While
 * one is being committed further results gather for the next.
 */
class ExactlyOnce implements Delivery {
  readonly #options: DeliveryOptions;
  readonly #producer: TransactionalProducer;
  #running: Promise<void> | undefined;
  /** Something is to be sent without waiting for company. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  #usualWorkMs = 0;
  #isClosing = false;

  constructor(options: DeliveryOptions, producer: TransactionalProducer) {
    this.#options = options;
    this.#producer = producer;
  }

  get waiting(): number {
    return this.#options.work.finishedCount;
  }

  begun({ record }: WorkEntry): void {
    if (!this.#running) this.#openAhead(this.#options.targets?.(record) ?? []);
  }

  finished({ record, made = [], beganAtMs }: WorkEntry, { hasBacklog }: { hasBacklog: boolean }): void {
    this.#usualWorkMs += (performance.now() - beganAtMs - this.#usualWorkMs) / 8;
    const isUrgent = made.length > 0 && !hasBacklog;
    if (isUrgent || this.waiting >= maxGathered) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), lingerMs(record, Date.now()));
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async settle(): Promise<void> {
    this.flush();
    await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    await this.#producer.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      const entries = firstBytes(this.#options.work.finished(), maxRequestBytes);
      if (entries.length === 0) continue;
      try {
        await this.#transact(entries);
      } catch (error) {
        await this.#recover(error);
      }
      this.#isDue ||= this.#options.work.finished().length > 0 && this.#timer === undefined;
      this.#options.onSettled();
    }
    const { work, targets = () => [] } = this.#options;
    this.#openAhead([...work.unfinished()].flatMap(targets));
  }

  /** Opening costs two answers of the coordinator, which the work on the record covers. */
  #openAhead(partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0 || this.#opening || this.#usualWorkMs > longWorkMs || this.#isClosing) return;
    this.#opening = this.#producer.open(this.#options.groupId, partitions);
    // Whoever needs the transaction meets the error.
    this.#opening.catch(() => {});
  }

  async #transact(entries: readonly WorkEntry[]): Promise<void> {
    const { consumer, groupId, work } = this.#options;
    const records = await this.#producer.place(recordsMade(entries, this.#options));
    await this.#opening;
    await this.#producer.open(groupId, records);
    // In one turn: what is committed under this generation must be held in this generation.
    const { identity } = consumer;
    if (!identity || entries.some(({ record }) => !record.lease.isHeld)) {
      this.#isDue = true;
      return;
    }
    const newest = newestOf(entries).map(({ record }) => record);
    // What takes longer goes first; what the group says of this member counts first.
    const published = records.length > 0 ? this.#producer.publish(records) : undefined;
    const outcomes = await Promise.allSettled([this.#producer.commitOffsets(identity, newest), published]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    await this.#commit();
    for (const entry of entries) entry.isDone = true;
    work.takeDone();
  }

  async #commit(): Promise<void> {
    try {
      await this.#producer.commit();
      this.#opening = undefined;
    } catch (cause) {
      throw new CommitUncertain(cause);
    }
  }

  /**
   * Ends the transaction under a new epoch. Unless its commit was asked for it is surely aborted, and what is still held
   * goes into the next one. Otherwise the group's offsets tell what became of it, and reading starts anew there.
   */
  async #recover(error: unknown): Promise<void> {
    const { consumer, brokers, onFailure, onInterruption } = this.#options;
    this.#opening = undefined;
    if (this.#isClosing) return;
    onInterruption(error instanceof CommitUncertain ? error.cause : error);
    try {
      if (hasKafkaError(error, ...fenced)) await consumer.confirm();
      await this.#producer.begin(onInterruption);
      if (error instanceof CommitUncertain) await consumer.restart();
      else if (isRefusal(error) && !hasKafkaError(error, ...fenced, ...outdated, ...lostSequence)) throw error;
      this.#isDue = true;
    } catch (cause) {
      this.#isDue = false;
      onFailure(isFault(cause) ? cause : brokerFault(brokers, 'publishing in a transaction', cause));
    }
  }
}

/** The answer to a commit that was asked for did not settle it. */
class CommitUncertain extends Error {
  constructor(cause: unknown) {
    super('nobody knows whether the transaction was committed', { cause });
  }
}

function firstBytes(entries: readonly WorkEntry[], limit: number): WorkEntry[] {
  let bytes = 0;
  const end = entries.findIndex(({ made = [] }, index) => {
    bytes += made.reduce((sum, { value }) => sum + value.length, 0);
    return index > 0 && bytes > limit;
  });
  return entries.slice(0, end < 0 ? undefined : end);
}
