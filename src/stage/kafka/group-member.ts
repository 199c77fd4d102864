import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
} from '@platformatic/kafka';
import { fault } from '../../base/errors.ts';
import { hasKafkaError } from '../kafka-errors.ts';
import { type Answer, type Arguments, isAnswer, type KafkaLink, type RequestName } from './link.ts';
import { assignPartitions, partitionName, type TopicPartition } from './sticky-assignment.ts';

/** Who a member is to its group's coordinator: requests that carry an old generation are refused. */
export interface MemberIdentity {
  groupId: string;
  memberId: string;
  generationId: number;
  groupInstanceId: string | null;
}

export interface GroupMemberOptions {
  /** For this member alone: joining holds the connection until the group is complete. */
  link: KafkaLink;
  /** For what must not wait behind a join. */
  urgentLink: KafkaLink;
  groupId: string;
  /** See `ConsumerOptions.groupInstanceId`. */
  groupInstanceId?: string | undefined;
  topics: readonly string[];
  sessionTimeoutMs: number;
  heartbeatMs: number;
  /**
   * What this member holds from now on, under this identity. Partitions it held before without a break and still holds
   * are in it too; those it has lost are not. Called in one turn with the change of identity.
   */
  onAssigned(partitions: readonly TopicPartition[], identity: MemberIdentity): void;
  /** The group has gone on without this member: everything it held is somebody else's. */
  onLost(): void;
  /** Told of each interruption that the member heals by itself. */
  onInterruption(error: unknown): void;
}

const protocol = { type: 'consumer', name: 'cooperative-sticky', version: 3 } as const;
const retryDelayMs = 250;
const leaveWithinMs = 2000;
const checkPartitionsMs = 10_000;
const lostMembership = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_MEMBER_EPOCH'] as const;

/**
 * A member of a consumer group, by the cooperative protocol (KIP-429): a rebalance takes from it only what moves to
 * another member, and the rest is read on meanwhile. It joins again by itself until it leaves.
 */
export class GroupMember {
  /** Rejects with DETECTOR_REPLACED when another process took this member's place. */
  readonly ended: Promise<void>;
  readonly #options: GroupMemberOptions;
  readonly #leaving = new AbortController();
  readonly #joined = Promise.withResolvers<void>();
  #memberId = '';
  #generation = -1;
  #owned: readonly TopicPartition[] = [];
  /** How many partitions each topic had when this member last shared them out. */
  #sharedOut: ReadonlyMap<string, number> | undefined;
  #failures = 0;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.ended = this.#run();
    this.ended.catch((error) => this.#joined.reject(error));
    this.#joined.promise.catch(() => {});
  }

  /** Resolves with the first assignment. @throws the fault that made joining impossible */
  joined(): Promise<void> {
    return this.#joined.promise;
  }

  /** Asks the coordinator. @throws DETECTOR_REPLACED when another process is this member now */
  async confirm(): Promise<void> {
    const asked = this.#memberId;
    // Its session ran out, and it is joining anew: to the coordinator its instance may be its own next membership already.
    if (asked === '') return;
    await this.#heartbeat(this.#options.urgentLink).catch((error: unknown) => {
      if (hasKafkaError(error, 'FENCED_INSTANCE_ID') && this.#memberId === asked) throw this.#replaced(error);
    });
  }

  /** Leaves the group, so that others take over at once. */
  async leave(): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    this.#leaving.abort();
    const { groupId, groupInstanceId, urgentLink } = this.#options;
    if (this.#memberId === '') return;
    const member = { memberId: this.#memberId, groupInstanceId: groupInstanceId ?? null, reason: null };
    const left = urgentLink.requestOfCoordinator({ kind: 'group', id: groupId }, 'LeaveGroup', [groupId, [member]]);
    // A coordinator that does not answer finds out by the session's time-out.
    await Promise.race([left.catch(() => {}), delay(leaveWithinMs, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      try {
        await this.#join();
        this.#failures = 0;
        this.#joined.resolve();
        await this.#beat();
      } catch (error) {
        if (this.#leaving.signal.aborted) return;
        await this.#heal(error);
      }
    }
  }

  /** @throws what cannot be healed */
  async #heal(error: unknown): Promise<void> {
    if (hasKafkaError(error, 'FENCED_INSTANCE_ID')) throw this.#replaced(error);
    if (hasKafkaError(error, 'REBALANCE_IN_PROGRESS')) return;
    if (hasKafkaError(error, 'MEMBER_ID_REQUIRED')) {
      this.#memberId = memberIdOf(error) ?? '';
      return;
    }
    if (hasKafkaError(error, ...lostMembership)) {
      if (hasKafkaError(error, 'UNKNOWN_MEMBER_ID')) this.#memberId = '';
      this.#owned = [];
      this.#generation = -1;
      this.#options.onLost();
      return;
    }
    this.#failures += 1;
    if (this.#failures === 1) this.#options.onInterruption(error);
    await this.#pause(retryDelayMs);
  }

  /** Joins, and joins again until nothing more is taken from this member. */
  async #join(): Promise<void> {
    let hasLetGo = true;
    while (hasLetGo && !this.#leaving.signal.aborted) {
      const joined = await this.#request('JoinGroup', this.#joinArguments());
      this.#memberId = joined.memberId;
      const assigned = await this.#sync(joined);
      const kept = new Set(assigned.map(partitionName));
      hasLetGo = this.#owned.some((each) => !kept.has(partitionName(each)));
      this.#owned = assigned;
      this.#generation = joined.generationId;
      if (!this.#leaving.signal.aborted) this.#options.onAssigned(assigned, this.#identity());
    }
  }

  #joinArguments(): Arguments<'JoinGroup'> {
    const { groupId, groupInstanceId, sessionTimeoutMs, topics } = this.#options;
    const metadata = encodeConsumerProtocolSubscription({
      version: protocol.version,
      topics: [...topics],
      ownedPartitions: byTopic(this.#owned),
      generationId: this.#generation,
    });
    const protocols = [{ name: protocol.name, metadata }];
    const [instance, memberId] = [groupInstanceId ?? null, this.#memberId];
    return [groupId, sessionTimeoutMs, sessionTimeoutMs, memberId, instance, protocol.type, protocols, null];
  }

  async #sync(joined: Answer<'JoinGroup'>): Promise<TopicPartition[]> {
    const { groupId, groupInstanceId } = this.#options;
    const isLeader = joined.leader === joined.memberId;
    this.#sharedOut = undefined;
    const assignments = isLeader ? await this.#shareOut(joined) : [];
    const { assignment } = await this.#request('SyncGroup', [
      groupId,
      joined.generationId,
      joined.memberId,
      groupInstanceId ?? null,
      protocol.type,
      protocol.name,
      assignments,
    ]);
    const { assignedPartitions } = decodeConsumerProtocolAssignment(assignment);
    return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  }

  /** The leader's part: gives every member its partitions. */
  async #shareOut({ members }: Answer<'JoinGroup'>): Promise<{ memberId: string; assignment: Buffer }[]> {
    const claims = members.map(({ memberId, metadata }) => {
      const { topics, ownedPartitions, generationId } = decodeConsumerProtocolSubscription(metadata ?? Buffer.alloc(0));
      const owned = ownedPartitions.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      return { memberId, topics, owned, generation: generationId };
    });
    const counts = await this.#countPartitions(new Set(claims.flatMap(({ topics }) => topics)));
    this.#sharedOut = counts;
    return [...assignPartitions(claims, counts)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeConsumerProtocolAssignment({
        version: protocol.version,
        assignedPartitions: byTopic(partitions),
        userData: null,
      }),
    }));
  }

  /** Heartbeats until the group needs this member to join again. @throws the answer that says so */
  async #beat(): Promise<void> {
    const { heartbeatMs } = this.#options;
    let sinceCheckMs = 0;
    while (!this.#leaving.signal.aborted) {
      await this.#pause(heartbeatMs);
      if (this.#leaving.signal.aborted) return;
      sinceCheckMs += heartbeatMs;
      if (sinceCheckMs >= checkPartitionsMs && (await this.#haveTopicsGrown())) return;
      if (sinceCheckMs >= checkPartitionsMs) sinceCheckMs = 0;
      await this.#heartbeat(this.#options.link);
    }
  }

  async #heartbeat(link: KafkaLink): Promise<void> {
    const { groupId, groupInstanceId } = this.#options;
    const member = [groupId, this.#generation, this.#memberId, groupInstanceId ?? null] as const;
    await link.requestOfCoordinator({ kind: 'group', id: groupId }, 'Heartbeat', [...member]);
  }

  /** Only the leader looks: its joining again makes everybody join. */
  async #haveTopicsGrown(): Promise<boolean> {
    const known = this.#sharedOut;
    if (!known) return false;
    const counts = await this.#countPartitions(known.keys(), { isStale: true });
    return [...counts].some(([topic, count]) => known.get(topic) !== count);
  }

  async #countPartitions(topics: Iterable<string>, options?: { isStale: boolean }): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const topic of topics) counts.set(topic, await this.#options.link.partitionsOf(topic, options));
    return counts;
  }

  #request<K extends RequestName>(name: K, args: Arguments<K>): Promise<Answer<K>> {
    const { groupId, link } = this.#options;
    return link.requestOfCoordinator({ kind: 'group', id: groupId }, name, args);
  }

  #identity(): MemberIdentity {
    const { groupId, groupInstanceId } = this.#options;
    const [memberId, generationId] = [this.#memberId, this.#generation];
    return { groupId, memberId, generationId, groupInstanceId: groupInstanceId ?? null };
  }

  #replaced(cause: unknown) {
    const { groupId, groupInstanceId } = this.#options;
    const message = `Another process is the member "${groupInstanceId}" of the group ${groupId} now`;
    return fault('DETECTOR_REPLACED', message, { cause });
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#leaving.signal }).catch(() => undefined);
  }
}

function memberIdOf(error: unknown): string | undefined {
  if (!isAnswer(error) || !(error instanceof Error) || !('response' in error)) return undefined;
  return (error.response as Answer<'JoinGroup'>).memberId;
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].map(([topic, each]) => ({ topic, partitions: each.map(({ partition }) => partition) }));
}
