import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { systemErrorCode } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ErrorName } from '../../wire/error-codes.ts';
import type { BrokerSettings } from '../configs/broker-settings.ts';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import type { StateRecord, StateTopic } from '../state/state-topic.ts';
import { isStorageTrouble, tellStorageTrouble } from '../storage-trouble.ts';
import { type CommittedOffset, CommittedOffsets, type TopicPartition } from './committed-offsets.ts';
import { advance } from './deadlines.ts';
import { Group } from './group.ts';
import { groupRecord, offsetRecord } from './group-records.ts';
import type {
  GroupEffect,
  GroupSettings,
  GroupSnapshot,
  JoinEvent,
  JoinReply,
  MemberIdentity,
  Now,
  SyncEvent,
  SyncReply,
} from './group-types.ts';
import { join } from './join.ts';
import { joinError, syncReply } from './rebalance.ts';
import { checkCommit, heartbeat, leave, stored, sync } from './sync.ts';

/** A group with what belongs to it outside of the state machine. */
export interface CoordinatedGroup {
  group: Group;
  offsets: CommittedOffsets;
  deadline: Deadline | undefined;
  deadlineMs: number;
}

export interface OffsetToCommit extends TopicPartition {
  offset: bigint;
  leaderEpoch: number;
  metadata: string | null;
}

export type MemberOfGeneration = MemberIdentity & { generationId: number };

interface Options {
  clock: Clock;
  settings: BrokerSettings;
  deadlines: DeadlineQueue;
  logger: Logger;
  store: StateTopic;
}

/** A record of the offsets topic holds no more (`max.message.bytes`), and a group is one record. */
const maxMetadataBytes = 1024 * 1024;
/** Of a protocol beside its name and metadata. */
const protocolBytes = 64;

/** Runs all groups: feeds their state machines, keeps their time, stores what must survive, and holds committed offsets. */
export class GroupCoordinator {
  readonly #options: Options;
  readonly #groups = new Map<string, CoordinatedGroup>();
  readonly #joins = new Map<number, (reply: JoinReply) => void>();
  readonly #syncs = new Map<number, (reply: SyncReply) => void>();
  #lastRequest = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  get(groupId: string): CoordinatedGroup | undefined {
    return this.#groups.get(groupId);
  }

  all(): IterableIterator<CoordinatedGroup> {
    return this.#groups.values();
  }

  /** Takes over a group that was stored, with its members' sessions beginning anew. */
  restore(groupId: string, snapshot: GroupSnapshot | undefined, offsets: CommittedOffsets): void {
    const group =
      snapshot === undefined
        ? new Group(groupId, this.#groupSettings(), this.#now().wallMs)
        : Group.restore(groupId, this.#groupSettings(), snapshot, this.#now().nowMs);
    this.#arm(this.#keep(group, offsets));
  }

  async join(groupId: string, event: Omit<JoinEvent, 'requestId'>): Promise<JoinReply> {
    if (groupId === '') return joinError(undefined, 'INVALID_GROUP_ID', event.memberId);
    if (sizeOf(event.protocols) > maxMetadataBytes) return joinError(undefined, 'INVALID_REQUEST', event.memberId);
    // The request's memory is not held on to for as long as the member lives.
    const protocols = event.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
    const error = await this.#storeReady();
    if (error !== 'NONE') return joinError(undefined, error, event.memberId);
    const known = this.#groups.get(groupId);
    if (known === undefined && event.memberId !== '') return joinError(undefined, 'UNKNOWN_MEMBER_ID', event.memberId);
    const coordinated = known ?? this.#create(groupId);
    const requestId = ++this.#lastRequest;
    return new Promise((resolve) => {
      this.#joins.set(requestId, resolve);
      this.#run(coordinated, join(coordinated.group, { ...event, protocols, requestId }, this.#now(), newMemberId));
    });
  }

  sync(groupId: string, event: Omit<SyncEvent, 'requestId'>): Promise<SyncReply> {
    const coordinated = this.#groups.get(groupId);
    const requestId = ++this.#lastRequest;
    return new Promise((resolve) => {
      if (coordinated === undefined) {
        const error = groupId === '' ? 'INVALID_GROUP_ID' : 'UNKNOWN_MEMBER_ID';
        resolve(syncReply(new Group(groupId, this.#groupSettings(), 0), error));
        return;
      }
      this.#syncs.set(requestId, resolve);
      this.#run(coordinated, sync(coordinated.group, { ...event, requestId }, this.#now()));
    });
  }

  heartbeat(groupId: string, member: MemberOfGeneration): ErrorName {
    if (groupId === '') return 'INVALID_GROUP_ID';
    const coordinated = this.#groups.get(groupId);
    return coordinated === undefined ? 'UNKNOWN_MEMBER_ID' : heartbeat(coordinated.group, member, this.#now());
  }

  leave(groupId: string, member: MemberIdentity): ErrorName {
    if (groupId === '') return 'INVALID_GROUP_ID';
    const coordinated = this.#groups.get(groupId);
    if (coordinated === undefined) return 'UNKNOWN_MEMBER_ID';
    const { error, effects } = leave(coordinated.group, member, this.#now());
    this.#run(coordinated, effects);
    return error;
  }

  /**
   * Commits offsets. The answer comes when they are durable, and only then are they seen by anybody.
   *
   * @returns one error for all of them
   */
  async commit(groupId: string, member: MemberOfGeneration, offsets: readonly OffsetToCommit[]): Promise<ErrorName> {
    const ready = await this.#storeReady();
    if (ready !== 'NONE') return ready;
    const known = this.#groups.get(groupId);
    if (known === undefined && member.generationId >= 0) return 'ILLEGAL_GENERATION';
    const coordinated = known ?? this.#create(groupId);
    const error = checkCommit(coordinated.group, member, this.#now());
    if (error !== 'NONE' || offsets.length === 0) return error;
    const commits = offsets.map((each): [TopicPartition, CommittedOffset] => [each, this.#committed(each)]);
    const written = await this.#write(
      groupId,
      commits.map(([partition, committed]) => offsetRecord(groupId, partition, committed)),
    );
    if (written !== 'NONE') return written;
    for (const [partition, committed] of commits) coordinated.offsets.set(partition, committed);
    return 'NONE';
  }

  /** Like `commit`, but the offsets take effect when the producer's transaction commits. */
  async commitInTransaction(
    groupId: string,
    member: MemberOfGeneration,
    offsets: readonly OffsetToCommit[],
    producer: { producerId: bigint; producerEpoch: number },
  ): Promise<ErrorName> {
    const ready = await this.#storeReady();
    if (ready !== 'NONE') return ready;
    const known = this.#groups.get(groupId);
    if (known === undefined && member.generationId >= 0) return 'ILLEGAL_GENERATION';
    const coordinated = known ?? this.#create(groupId);
    const error = checkCommit(coordinated.group, member, this.#now(), { isTransactional: true });
    if (error !== 'NONE' || offsets.length === 0) return error;
    const commits = offsets.map((each): [TopicPartition, CommittedOffset] => [each, this.#committed(each)]);
    // Pending before they are durable: the end of the transaction must find them whenever it comes.
    const takeBack = coordinated.offsets.setPending(producer.producerId, commits);
    const records = commits.map(([partition, committed]) => offsetRecord(groupId, partition, committed));
    const written = await this.#write(groupId, records, producer);
    if (written !== 'NONE') takeBack();
    return written;
  }

  /** Where the offsets of a group live; undefined when the offsets topic cannot be made. */
  async offsetsPartition(groupId: string): Promise<TopicPartition | undefined> {
    if ((await this.#storeReady()) !== 'NONE') return undefined;
    const { topic, index } = this.#options.store.partitionFor(groupId);
    return { topic: topic.name, partition: index };
  }

  /** The transaction's marker has been written: its offsets count from now on, or never. */
  endTransaction(producerId: bigint, result: 'commit' | 'abort'): void {
    for (const { offsets } of this.#groups.values()) offsets.endTransaction(producerId, result);
  }

  /** Forgets a group that has no members, with its offsets. */
  async deleteGroup(groupId: string): Promise<ErrorName> {
    const coordinated = this.#groups.get(groupId);
    if (coordinated === undefined) return groupId === '' ? 'INVALID_GROUP_ID' : 'GROUP_ID_NOT_FOUND';
    if (coordinated.group.state !== 'Empty') return 'NON_EMPTY_GROUP';
    coordinated.group.enter('Dead');
    const forgotten = [...coordinated.offsets.entries()].map(([partition]) =>
      offsetRecord(groupId, partition, undefined),
    );
    const written = await this.#write(groupId, [...forgotten, groupRecord(groupId, undefined)]);
    if (written !== 'NONE') {
      coordinated.group.enter('Empty');
      return written;
    }
    coordinated.deadline?.cancel();
    this.#groups.delete(groupId);
    return 'NONE';
  }

  async deleteOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<ErrorName> {
    const coordinated = this.#groups.get(groupId);
    if (coordinated === undefined) return 'GROUP_ID_NOT_FOUND';
    const known = partitions.filter((partition) => coordinated.offsets.get(partition) !== undefined);
    if (known.length === 0) return 'NONE';
    const written = await this.#write(
      groupId,
      known.map((partition) => offsetRecord(groupId, partition, undefined)),
    );
    if (written === 'NONE') for (const partition of known) coordinated.offsets.delete(partition);
    return written;
  }

  /** The offsets of a topic that is gone mean nothing to a later one of the same name. */
  forgetTopic(topic: string): Promise<void> {
    return this.#forgetOffsets((each) => each === topic);
  }

  /** Forgets the offsets of topics whose deletion a crash kept from being noted here. */
  forgetTopicsWithout(exists: (topic: string) => boolean): Promise<void> {
    return this.#forgetOffsets((topic) => !exists(topic));
  }

  /** In all groups before this first waits: what is committed after the call stays. */
  async #forgetOffsets(isGone: (topic: string) => boolean): Promise<void> {
    const writing = [...this.#groups].flatMap(([groupId, { offsets }]) => {
      const partitions = [...offsets.entries()].map(([partition]) => partition).filter((each) => isGone(each.topic));
      for (const partition of partitions) offsets.delete(partition);
      if (partitions.length === 0) return [];
      const records = partitions.map((each) => offsetRecord(groupId, each, undefined));
      return [this.#write(groupId, records)];
    });
    await Promise.all(writing);
  }

  /** Forgets offsets of groups without members after their retention, then groups without offsets. */
  async expire(): Promise<void> {
    const { wallMs } = this.#now();
    const retentionMs = this.#options.settings.number('offsets.retention.minutes') * 60_000;
    for (const [groupId, { group, offsets }] of [...this.#groups]) {
      if (group.state !== 'Empty') continue;
      const emptySinceMs = group.protocolType === undefined ? 0 : group.stateTimestampMs;
      const expired = [...offsets.entries()]
        .filter(([, committed]) => wallMs - Math.max(committed.commitTimestampMs, emptySinceMs) >= retentionMs)
        .map(([partition]) => partition);
      if (expired.length > 0) await this.deleteOffsets(groupId, expired);
      if (offsets.isEmpty && group.pendingMembers.size === 0 && group.state === 'Empty')
        await this.deleteGroup(groupId);
    }
  }

  async #storeReady(): Promise<ErrorName> {
    try {
      await this.#options.store.ensure();
      return 'NONE';
    } catch (error) {
      this.#options.logger.error({ err: error }, 'Group state cannot be stored');
      return 'COORDINATOR_NOT_AVAILABLE';
    }
  }

  #committed({ offset, leaderEpoch, metadata }: OffsetToCommit): CommittedOffset {
    return { offset, leaderEpoch, metadata: metadata ?? '', commitTimestampMs: this.#now().wallMs };
  }

  #create(groupId: string): CoordinatedGroup {
    return this.#keep(new Group(groupId, this.#groupSettings(), this.#now().wallMs), new CommittedOffsets());
  }

  #keep(group: Group, offsets: CommittedOffsets): CoordinatedGroup {
    const coordinated = { group, offsets, deadline: undefined, deadlineMs: Infinity };
    this.#groups.set(group.groupId, coordinated);
    return coordinated;
  }

  #run(coordinated: CoordinatedGroup, effects: readonly GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'join-reply') answer(this.#joins, effect.requestId, effect.reply);
      else if (effect.type === 'sync-reply') answer(this.#syncs, effect.requestId, effect.reply);
      else void this.#storeGroup(coordinated, effect.token, effect.snapshot);
    }
    this.#arm(coordinated);
  }

  async #storeGroup(coordinated: CoordinatedGroup, token: number, snapshot: GroupSnapshot): Promise<void> {
    const { groupId } = coordinated.group;
    const error = await this.#write(groupId, [groupRecord(groupId, snapshot)]);
    this.#run(coordinated, stored(coordinated.group, token, error, this.#now()));
  }

  async #write(
    groupId: string,
    records: readonly StateRecord[],
    producer?: { producerId: bigint; producerEpoch: number },
  ): Promise<ErrorName> {
    try {
      await this.#options.store.write(groupId, records, producer);
      return 'NONE';
    } catch (error) {
      this.#tell(error, { group: groupId, system: systemErrorCode(error) });
      return 'COORDINATOR_NOT_AVAILABLE';
    }
  }

  #tell(error: unknown, about: object): void {
    if (isStorageTrouble(error)) tellStorageTrouble(this.#options, error);
    else this.#options.logger.error({ err: error, ...about }, 'Group state was not stored');
  }

  /** One deadline per group, moved when the group's next one changes. */
  #arm(coordinated: CoordinatedGroup): void {
    const nextMs = coordinated.group.nextDeadlineMs();
    // A heartbeat only moves a session's end further away: the deadline then fires early, finds nothing due and is set anew.
    if (nextMs >= coordinated.deadlineMs && coordinated.deadline !== undefined) return;
    coordinated.deadline?.cancel();
    coordinated.deadline = undefined;
    coordinated.deadlineMs = nextMs;
    if (nextMs === Infinity) return;
    coordinated.deadline = this.#options.deadlines.at(nextMs, () => {
      coordinated.deadline = undefined;
      coordinated.deadlineMs = Infinity;
      this.#run(coordinated, advance(coordinated.group, this.#now()));
    });
  }

  #groupSettings(): GroupSettings {
    const { settings } = this.#options;
    return {
      minSessionTimeoutMs: settings.number('group.min.session.timeout.ms'),
      maxSessionTimeoutMs: settings.number('group.max.session.timeout.ms'),
      maxSize: settings.number('group.max.size'),
      initialRebalanceDelayMs: settings.number('group.initial.rebalance.delay.ms'),
    };
  }

  #now(): Now {
    return { nowMs: this.#options.clock.monotonicMs(), wallMs: this.#options.clock.nowMs() };
  }
}

/** About what a member's protocols take in memory. */
function sizeOf(protocols: JoinEvent['protocols']): number {
  return protocols.reduce((sum, { name, metadata }) => sum + name.length + metadata.length + protocolBytes, 0);
}

function newMemberId(event: JoinEvent): string {
  return `${event.groupInstanceId ?? event.clientId}-${randomUUID()}`;
}

function answer<T>(waiting: Map<number, (reply: T) => void>, requestId: number, reply: T): void {
  waiting.get(requestId)?.(reply);
  waiting.delete(requestId);
}
