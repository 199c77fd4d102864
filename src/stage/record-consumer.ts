import type { IncomingRecord } from '../topics/record.ts';
import { Fetcher, type LeasedRecord } from './kafka/fetcher.ts';
import { GroupMember, type MemberIdentity } from './kafka/group-member.ts';
import { type Arguments, KafkaLink } from './kafka/link.ts';
import type { PartitionLease } from './kafka/partition-lease.ts';
import { untilItWorks } from './kafka/retry.ts';
import { type StartFrom, StartingPoint } from './kafka/starting-point.ts';
import { partitionName, type TopicPartition } from './kafka/sticky-assignment.ts';
import { brokerFault, flattenErrors, hasKafkaError } from './kafka-errors.ts';

export interface ConsumerOptions {
  brokers: readonly string[];
  clientId: string;
  topics: readonly string[];
  /** Given: a member of this consumer group. Left out: a reader of its own that reads every partition and commits nothing. */
  groupId?: string;
  /**
   * Names this member for good (static membership): after a crash it takes its partitions up again at once, without a
   * rebalance. No two running members of a group may share it.
   */
  groupInstanceId?: string;
  /** A member that is silent for so long has lost its partitions; 10 s when left out. */
  sessionTimeoutMs?: number;
  from: StartFrom;
  /** With `committed`: where partitions start for which the group has no offset; the beginning when left out. */
  otherwise?: Exclude<StartFrom, 'committed'>;
  /** Told of each interruption that the consumer heals by itself. */
  onInterruption?: (error: Error) => void;
}

export type RecordPosition = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;

/**
 * Committed records in the order of each partition: nothing of a transaction that is open or was aborted. Iterating
 * applies back-pressure to the broker. Survives the broker's restart.
 */
export interface RecordConsumer extends AsyncIterable<IncomingRecord> {
  /**
   * The offset from which on each partition is not read yet: transaction markers and aborted records before it count as
   * read, so that it reaches the end of a partition even where no record lies last.
   */
  positions(): RecordPosition[];
  /** Commits "processed up to and including" for each record given (the highest of each partition counts). @throws BROKER_UNREACHABLE */
  commit(records: readonly RecordPosition[]): Promise<void>;
  close(): Promise<void>;
}

/** A member of a group; each record comes with the lease under which its partition is held. */
export interface GroupConsumer extends RecordConsumer {
  [Symbol.asyncIterator](): AsyncIterator<LeasedRecord>;
  /** Who this member is to the group's coordinator; changes in one turn with what leases say. Undefined: no member. */
  readonly identity: MemberIdentity | undefined;
  /** What this member holds, partitions without any record among it. */
  readonly leases: readonly PartitionLease[];
  /** Writes a note beside a partition's committed offset, which is the record's; the next commit takes it away. */
  note(record: RecordPosition, text: string): Promise<void>;
  /** Asks whether this member still is one. @throws DETECTOR_REPLACED when another process took its place */
  confirm(): Promise<void>;
  /** Ends all leases and reads every partition held from its committed offset again. */
  restart(): Promise<void>;
}

const defaultSessionTimeoutMs = 10_000;
const heartbeatMs = 1000;
const connectAttempts = 3;
const checkPartitionsMs = 10_000;
const placingDelayMs = 50;
/** A member is given partitions at any time; a reader of its own has had them all from the start, and asks less often. */
const groupWaitMs = 500;
const ownWaitMs = 2000;
const beginning = { offset: 0n, note: '' };

/** @throws BROKER_UNREACHABLE when no broker answers */
export function openRecordConsumer(options: ConsumerOptions): Promise<RecordConsumer> {
  return openConsumer(options);
}

/** @throws BROKER_UNREACHABLE when no broker answers, or the group does not take the member */
export function openGroupConsumer(options: ConsumerOptions & { groupId: string }): Promise<GroupConsumer> {
  return openConsumer(options);
}

async function openConsumer(options: ConsumerOptions): Promise<LeasingConsumer> {
  const consumer = new LeasingConsumer(options);
  try {
    await consumer.open();
  } catch (cause) {
    await consumer.close();
    throw brokerFault(options.brokers, `reading ${options.topics.join(', ')}`, cause);
  }
  return consumer;
}

class LeasingConsumer implements GroupConsumer {
  readonly #options: ConsumerOptions;
  readonly #fetchLink: KafkaLink;
  readonly #offsetsLink: KafkaLink;
  readonly #memberLink: KafkaLink;
  readonly #fetcher: Fetcher;
  readonly #start: StartingPoint;
  readonly #closing = new AbortController();
  #member: GroupMember | undefined;
  #identity: MemberIdentity | undefined;
  #failure: unknown;
  #assignment: readonly TopicPartition[] = [];
  /** Number of the newest step that finds out where partitions start: an older one ends when a newer is there. */
  #placing = 0;
  #checking: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#fetchLink = new KafkaLink(options);
    this.#offsetsLink = new KafkaLink(options);
    this.#memberLink = new KafkaLink(options);
    this.#start = new StartingPoint({ ...options, link: this.#offsetsLink });
    this.#fetcher = new Fetcher({
      link: this.#fetchLink,
      longestWaitMs: options.groupId === undefined ? ownWaitMs : groupWaitMs,
      onOutOfRange: (lease) => this.#findNearest(lease),
      onInterruption: (error) => this.#interrupted(error),
    });
  }

  get identity(): MemberIdentity | undefined {
    return this.#identity;
  }

  get leases(): readonly PartitionLease[] {
    return this.#fetcher.leases;
  }

  positions(): RecordPosition[] {
    return this.#fetcher.leases.map(({ topic, partition, fetchOffset, head }) => ({
      topic,
      partition,
      offset: head?.offset ?? fetchOffset,
    }));
  }

  async open(): Promise<void> {
    let left = connectAttempts;
    const options = { signal: this.#closing.signal, isFinal: () => left-- <= 0 };
    const partitions = await untilItWorks(() => this.#allPartitions(), options);
    if (this.#options.groupId === undefined) {
      await this.#place(partitions);
      this.#checking = setInterval(() => this.#followGrowth(), checkPartitionsMs);
    } else {
      await this.#join(this.#options.groupId);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<LeasedRecord> {
    for (;;) {
      const record = await this.#fetcher.next();
      if (this.#failure !== undefined) throw this.#failure;
      if (!record) return;
      if (record.lease.isHeld) yield record;
    }
  }

  async commit(records: readonly RecordPosition[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await this.#commit(committedTopics(records));
    } catch (cause) {
      throw brokerFault(this.#options.brokers, 'committing offsets', cause);
    }
  }

  async note({ topic, partition, offset }: RecordPosition, text: string): Promise<void> {
    const committed = { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: -1 };
    await this.#commit([{ name: topic, partitions: [{ ...committed, committedMetadata: text }] }]);
  }

  async confirm(): Promise<void> {
    await this.#member?.confirm();
  }

  async restart(): Promise<void> {
    for (const lease of this.#fetcher.leases) this.#fetcher.stop(lease);
    await this.#place(this.#assignment);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#checking);
    this.#fetcher.close();
    await this.#member?.leave();
    await Promise.all([this.#fetchLink.close(), this.#offsetsLink.close(), this.#memberLink.close()]);
  }

  async #commit(topics: Arguments<'OffsetCommit'>[4]): Promise<void> {
    const identity = this.#identity;
    if (!identity) return;
    const { groupId, generationId, memberId, groupInstanceId } = identity;
    const member = [groupId, generationId, memberId, groupInstanceId] as const;
    await this.#offsetsLink.requestOfCoordinator({ kind: 'group', id: groupId }, 'OffsetCommit', [...member, topics]);
  }

  async #join(groupId: string): Promise<void> {
    const { groupInstanceId, topics, sessionTimeoutMs = defaultSessionTimeoutMs } = this.#options;
    this.#member = new GroupMember({
      link: this.#memberLink,
      urgentLink: this.#offsetsLink,
      groupId,
      groupInstanceId,
      topics,
      sessionTimeoutMs,
      heartbeatMs,
      onAssigned: (partitions, identity) => this.#assigned(partitions, identity),
      onLost: () => this.#lost(),
      onInterruption: (error) => this.#interrupted(error),
    });
    this.#member.ended.catch((error) => this.#fail(error));
    await this.#member.joined();
  }

  #assigned(partitions: readonly TopicPartition[], identity: MemberIdentity): void {
    this.#identity = identity;
    this.#assignment = partitions;
    const wanted = new Map(partitions.map((each) => [partitionName(each), each]));
    for (const lease of this.#fetcher.leases) if (!wanted.delete(partitionName(lease))) this.#fetcher.stop(lease);
    void this.#place([...wanted.values()]);
  }

  #lost(): void {
    this.#identity = undefined;
    this.#assignment = [];
    this.#placing += 1;
    for (const lease of this.#fetcher.leases) this.#fetcher.stop(lease);
  }

  /** Finds out where partitions start, and reads them from there; a later call replaces an earlier one. */
  async #place(partitions: readonly TopicPartition[]): Promise<void> {
    const placing = ++this.#placing;
    const isOver = () => this.#closing.signal.aborted || placing !== this.#placing;
    if (partitions.length === 0) return;
    try {
      const offsets = await untilItWorks(() => this.#start.of(partitions), {
        signal: this.#closing.signal,
        isFinal: isOver,
        delayMs: placingDelayMs,
        onFailure: (error) => (hasKafkaError(error, 'UNSTABLE_OFFSET_COMMIT') ? undefined : this.#interrupted(error)),
      });
      if (isOver()) return;
      for (const each of partitions) this.#fetcher.start(each, offsets.get(partitionName(each)) ?? beginning);
    } catch (error) {
      if (!isOver()) throw error;
    }
  }

  async #allPartitions(): Promise<TopicPartition[]> {
    const all: TopicPartition[] = [];
    for (const topic of this.#options.topics) {
      const count = await this.#offsetsLink.partitionsOf(topic, { isStale: true });
      for (let partition = 0; partition < count; partition++) all.push({ topic, partition });
    }
    return all;
  }

  async #findNearest(lease: PartitionLease): Promise<bigint> {
    const offset = await this.#start.nearest(lease);
    const message = `${partitionName(lease)} does not hold offset ${lease.fetchOffset}; reading goes on at ${offset}`;
    this.#interrupted(new Error(message));
    return offset;
  }

  /** A reader of its own takes up partitions that were added, from their beginning. */
  async #followGrowth(): Promise<void> {
    const known = new Set(this.#fetcher.leases.map(partitionName));
    const all = await this.#allPartitions().catch(() => []);
    if (this.#closing.signal.aborted) return;
    for (const each of all) if (!known.has(partitionName(each))) this.#fetcher.start(each, beginning);
  }

  #interrupted(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#options.onInterruption?.([...flattenErrors(error)].at(-1) ?? new Error(String(error)));
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#fetcher.close();
  }
}

function committedTopics(records: readonly RecordPosition[]) {
  const highest = new Map<string, RecordPosition>();
  for (const record of records) {
    const known = highest.get(partitionName(record));
    if (!known || known.offset < record.offset) highest.set(partitionName(record), record);
  }
  return [...Map.groupBy(highest.values(), ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitions: each.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset + 1n,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    })),
  }));
}

export type { LeasedRecord, MemberIdentity, PartitionLease, StartFrom };
