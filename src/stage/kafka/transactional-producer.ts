import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingRecord, OutgoingRecord } from '../../topics/record.ts';
import { hasKafkaError } from '../kafka-errors.ts';
import type { MemberIdentity } from './group-member.ts';
import { isAnswer, isUndone, KafkaLink, type LinkOptions } from './link.ts';
import { type PlacedRecord, Placement, type ProducerIdentity, produce, Sequences } from './produce.ts';
import { untilItWorks } from './retry.ts';
import { partitionName, type TopicPartition } from './sticky-assignment.ts';

export interface TransactionalProducerOptions extends LinkOptions {
  /** The same after a restart: starting again ends at once what the process before it left open. */
  transactionalId: string;
  /** The broker aborts what stays open for longer: how long a producer that never comes back holds up readers. */
  timeoutMs: number;
}

export type RecordPosition = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;

const completingDelayMs = 4;
const initDelayMs = 50;
/** A broker that is going too must not hold up whoever ends. */
const abortWithinMs = 1000;

/**
 * A transactional producer on the plain requests of the protocol, one transaction at a time. Beside what the client
 * library offers it commits the offsets of all partitions in one request, under the member's own generation, and lets
 * the caller open a transaction ahead of time.
 */
export class TransactionalProducer {
  readonly #options: TransactionalProducerOptions;
  readonly #coordinator: KafkaLink;
  readonly #leaders: KafkaLink;
  readonly #groups: KafkaLink;
  readonly #placement: Placement;
  readonly #sequences = new Sequences();
  readonly #closing = new AbortController();
  /** What belongs to the open transaction: `topic:partition` of results, and the group's name. */
  readonly #partitions = new Set<string>();
  #groupAdded: string | undefined;
  /** The coordinator was asked to open a transaction, whatever it answered. */
  #mayBeOpen = false;
  /** Requests that the transaction's end must not overtake: without an answer, or with none until now. */
  readonly #unanswered = new Set<Promise<unknown>>();
  #identity: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

  constructor(options: TransactionalProducerOptions) {
    this.#options = options;
    this.#coordinator = new KafkaLink(options);
    this.#leaders = new KafkaLink(options);
    this.#groups = new KafkaLink(options);
    this.#placement = new Placement(this.#leaders);
  }

  get isOpen(): boolean {
    return this.#groupAdded !== undefined || this.#partitions.size > 0;
  }

  /**
   * Takes over the transactional id: whatever was open under it is aborted, or its decided end carried out, before this
   * returns. Tries until it works.
   *
   * @throws when the broker refuses for good, or the producer is closed
   */
  async begin(onFailure?: (error: unknown) => void): Promise<void> {
    const { transactionalId: id, timeoutMs } = this.#options;
    const { producerId, producerEpoch } = await untilItWorks(
      () =>
        this.#coordinator.requestOfCoordinator({ kind: 'transaction', id }, 'InitProducerId', [id, timeoutMs, -1n, -1]),
      {
        signal: this.#closing.signal,
        delayMs: initDelayMs,
        isFinal: (error) => isAnswer(error) && !hasKafkaError(error, ...passing),
        onFailure: (error) => (hasKafkaError(error, 'CONCURRENT_TRANSACTIONS') ? undefined : onFailure?.(error)),
      },
    );
    this.#identity = { producerId, producerEpoch };
    this.#sequences.clear();
    this.#forgetTransaction();
  }

  place(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> {
    return this.#placement.place(records);
  }

  /** Opens the transaction, or widens it: results will go to these partitions, offsets to this group. */
  async open(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    const missing = new Map(partitions.map((each) => [partitionName(each), each]));
    for (const name of this.#partitions) missing.delete(name);
    await Promise.all([this.#addGroup(groupId), this.#addPartitions([...missing.values()])]);
  }

  /** @throws the first error; the transaction can then only be given up */
  publish(records: readonly PlacedRecord[]): Promise<void> {
    return this.#remembering(this.#publish(records));
  }

  async #publish(records: readonly PlacedRecord[]): Promise<void> {
    const { transactionalId } = this.#options;
    const options = { identity: this.#identity, sequences: this.#sequences, transactionalId };
    const outcomes = await produce(this.#leaders, records, options);
    const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
    if (errors.length > 0) {
      await this.#leaders.metadata([...new Set(records.map(({ topic }) => topic))], { isStale: true }).catch(() => {});
      // As one that leaves it open, when any of them does.
      throw errors.every(isUndone) ? errors[0] : new AggregateError(errors, 'records were not published');
    }
    this.#sequences.advance(records);
  }

  /**
   * "Processed up to and including", for each partition: takes effect when the transaction commits. The broker refuses
   * it when the member's generation is over.
   */
  commitOffsets(member: MemberIdentity, positions: readonly RecordPosition[]): Promise<void> {
    return this.#remembering(this.#commitOffsets(member, positions));
  }

  async #commitOffsets(member: MemberIdentity, positions: readonly RecordPosition[]): Promise<void> {
    const { transactionalId } = this.#options;
    const { producerId, producerEpoch } = this.#identity;
    const { groupId, generationId, memberId, groupInstanceId } = member;
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([name, each]) => ({
      name,
      partitions: each.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset + 1n,
        committedLeaderEpoch: -1,
        committedMetadata: null,
      })),
    }));
    await this.#groups.requestOfCoordinator({ kind: 'group', id: groupId }, 'TxnOffsetCommit', [
      transactionalId,
      groupId,
      producerId,
      producerEpoch,
      generationId,
      memberId,
      groupInstanceId,
      topics,
    ]);
  }

  /**
   * Ends the open transaction and asks until there is an answer.
   *
   * @throws when the broker says that this producer may not: somebody else has ended it, one way or the other
   */
  async commit(): Promise<void> {
    await this.#remembering(
      untilItWorks(() => this.#end({ isCommit: true }), {
        signal: this.#closing.signal,
        delayMs: initDelayMs,
        isFinal: (error) => isAnswer(error) && !hasKafkaError(error, ...passing),
      }),
    );
    this.#forgetTransaction();
  }

  /**
   * Aborts an open transaction that nothing can be on its way to any more, so that readers need not wait for its time-out. Otherwise it
   * is left as a crash would leave it, until the time-out or the next `begin` under this id.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    // What reached its partition after the end would open the transaction again, for ever.
    if (this.#mayBeOpen && this.#unanswered.size === 0) {
      await this.#abort(AbortSignal.timeout(abortWithinMs)).catch(() => {});
    }
    await Promise.all([this.#coordinator.close(), this.#leaders.close(), this.#groups.close()]);
  }

  async #abort(signal: AbortSignal): Promise<void> {
    const aborted = untilItWorks(() => this.#end({ isCommit: false }), {
      signal,
      delayMs: initDelayMs,
      isFinal: (error) => !hasKafkaError(error, ...passing),
    });
    await Promise.race([aborted, delay(abortWithinMs, undefined, { ref: false })]);
  }

  async #end({ isCommit }: { isCommit: boolean }): Promise<void> {
    const { transactionalId: id } = this.#options;
    const { producerId, producerEpoch } = this.#identity;
    const request = [id, producerId, producerEpoch, isCommit] as const;
    await this.#coordinator.requestOfCoordinator({ kind: 'transaction', id }, 'EndTxn', [...request]);
  }

  async #remembering<T>(request: Promise<T>): Promise<T> {
    this.#unanswered.add(request);
    try {
      const answer = await request;
      this.#unanswered.delete(request);
      return answer;
    } catch (error) {
      if (isUndone(error)) this.#unanswered.delete(request);
      throw error;
    }
  }

  async #addGroup(groupId: string): Promise<void> {
    if (this.#groupAdded === groupId) return;
    const { transactionalId: id } = this.#options;
    const { producerId, producerEpoch } = this.#identity;
    this.#mayBeOpen = true;
    await this.#whenCompleted(() =>
      this.#coordinator.requestOfCoordinator({ kind: 'transaction', id }, 'AddOffsetsToTxn', [
        id,
        producerId,
        producerEpoch,
        groupId,
      ]),
    );
    this.#groupAdded = groupId;
  }

  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const { transactionalId } = this.#options;
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
      name,
      partitions: each.map(({ partition }) => partition),
    }));
    const request = { transactionalId, ...this.#identity, verifyOnly: false, topics };
    this.#mayBeOpen = true;
    await this.#whenCompleted(() => this.#coordinator.addPartitionsToTransaction(transactionalId, [[request]]));
    for (const each of partitions) this.#partitions.add(partitionName(each));
  }

  /** Apache Kafka answers the end of a transaction before its markers are written; the next one waits for them. */
  #whenCompleted<T>(request: () => Promise<T>): Promise<T> {
    return untilItWorks(request, {
      signal: this.#closing.signal,
      delayMs: completingDelayMs,
      isFinal: (error) => !hasKafkaError(error, 'CONCURRENT_TRANSACTIONS'),
    });
  }

  #forgetTransaction(): void {
    this.#partitions.clear();
    this.#groupAdded = undefined;
    this.#mayBeOpen = false;
    this.#unanswered.clear();
  }
}

/** Answers after which the same request is sent again. */
const passing = [
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'REQUEST_TIMED_OUT',
  'KAFKA_STORAGE_ERROR',
] as const;
