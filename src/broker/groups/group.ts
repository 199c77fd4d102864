import type { ErrorName } from '../../wire/error-codes.ts';
import type {
  GroupEffect,
  GroupSettings,
  GroupSnapshot,
  GroupState,
  JoinReply,
  MemberIdentity,
  Now,
} from './group-types.ts';
import { Member } from './member.ts';

const noBytes = Buffer.alloc(0);

/**
 * The state of one classic consumer group. It holds no timers, sockets or files: `rebalance.ts` and its neighbours change it,
 * the coordinator carries out what they return.
 */
export class Group {
  readonly groupId: string;
  readonly settings: GroupSettings;
  state: GroupState = 'Empty';
  previousState: GroupState = 'Empty';
  generationId = 0;
  protocolType: string | undefined;
  protocolName: string | null = null;
  leader: string | undefined;
  /** Wall clock of the last change of state; offsets of an empty group expire from here. */
  stateTimestampMs: number;
  readonly members = new Map<string, Member>();
  /** Group instance id → member id. */
  readonly staticMembers = new Map<string, string>();
  /** Ids that were given out and not used yet, with the time they are forgotten. */
  readonly pendingMembers = new Map<string, number>();
  /** Members of this generation that have not asked for their assignment. */
  readonly pendingSync = new Set<string>();
  /** When the join phase ends, whoever is missing; undefined outside of it. */
  joinDeadlineMs: number | undefined;
  /** Left of the first rebalance's waiting time after `joinDeadlineMs`; undefined outside a first rebalance. */
  initialRemainingMs: number | undefined;
  hasNewMemberInInitialDelay = false;
  syncDeadlineMs: number | undefined;
  /** Snapshots on their way to the offsets topic, by token, and what follows once they are there. */
  readonly pendingStores = new Map<number, (error: ErrorName, now: Now) => GroupEffect[]>();
  lastToken = 0;

  constructor(groupId: string, settings: GroupSettings, nowWallMs: number) {
    this.groupId = groupId;
    this.settings = settings;
    this.stateTimestampMs = nowWallMs;
  }

  enter(state: GroupState): void {
    this.previousState = this.state;
    this.state = state;
  }

  memberOf(identity: MemberIdentity): Member | ErrorName {
    if (identity.groupInstanceId !== null) {
      const current = this.staticMembers.get(identity.groupInstanceId);
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
      if (current !== identity.memberId) return 'FENCED_INSTANCE_ID';
    }
    return this.members.get(identity.memberId) ?? 'UNKNOWN_MEMBER_ID';
  }

  add(member: Member): void {
    if (this.members.size === 0) this.leader = undefined;
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.staticMembers.set(member.groupInstanceId, member.memberId);
    this.leader ??= member.memberId;
  }

  remove(member: Member): void {
    this.members.delete(member.memberId);
    this.pendingSync.delete(member.memberId);
    if (member.groupInstanceId !== null && this.staticMembers.get(member.groupInstanceId) === member.memberId) {
      this.staticMembers.delete(member.groupInstanceId);
    }
    if (this.leader === member.memberId) this.leader = this.members.keys().next().value;
  }

  /** Protocols that every member knows. */
  commonProtocols(): Set<string> {
    const members = [...this.members.values()];
    const names = members[0]?.protocols.map((protocol) => protocol.name) ?? [];
    return new Set(names.filter((name) => members.every((member) => member.protocols.some((p) => p.name === name))));
  }

  supports(protocolType: string, protocolNames: readonly string[]): boolean {
    if (protocolType === '' || protocolNames.length === 0) return false;
    if (this.members.size === 0) return true;
    const common = this.commonProtocols();
    return this.protocolType === protocolType && protocolNames.some((name) => common.has(name));
  }

  /** The common protocol with the most votes, each member voting for its favourite. */
  electProtocol(): string | null {
    const common = this.commonProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.vote(common);
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
  }

  rebalanceTimeoutMs(): number {
    return Math.max(0, ...[...this.members.values()].map((member) => member.rebalanceTimeoutMs));
  }

  get haveAllMembersJoined(): boolean {
    if (this.pendingMembers.size > 0) return false;
    return [...this.members.values()].every((member) => member.awaitingJoin !== undefined);
  }

  awaitingJoinCount(): number {
    return [...this.members.values()].filter((member) => member.awaitingJoin !== undefined).length;
  }

  joinReply(member: Member, options: { skipAssignment?: boolean; withMembers?: boolean } = {}): JoinReply {
    const isLeader = member.memberId === this.leader;
    return {
      error: 'NONE',
      generationId: this.generationId,
      protocolType: this.protocolType ?? null,
      protocolName: this.protocolName,
      leader: this.leader ?? '',
      skipAssignment: options.skipAssignment ?? false,
      memberId: member.memberId,
      members: isLeader && options.withMembers !== false ? this.memberMetadata() : [],
    };
  }

  private memberMetadata(): JoinReply['members'] {
    return [...this.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(this.protocolName),
    }));
  }

  snapshot(assignments: ReadonlyMap<string, Buffer> | undefined): GroupSnapshot {
    return {
      protocolType: this.protocolType ?? '',
      generationId: this.generationId,
      protocolName: this.protocolName,
      leader: this.leader ?? null,
      stateTimestampMs: this.stateTimestampMs,
      members: [...this.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeoutMs: member.rebalanceTimeoutMs,
        sessionTimeoutMs: member.sessionTimeoutMs,
        subscription: member.metadataFor(this.protocolName),
        assignment: assignments === undefined ? member.assignment : (assignments.get(member.memberId) ?? noBytes),
      })),
    };
  }

  /** The group as it was stored: its members have one session time-out from now to be heard again. */
  static restore(groupId: string, settings: GroupSettings, snapshot: GroupSnapshot, nowMs: number): Group {
    const group = new Group(groupId, settings, snapshot.stateTimestampMs);
    group.generationId = snapshot.generationId;
    group.protocolType = snapshot.protocolType === '' ? undefined : snapshot.protocolType;
    group.protocolName = snapshot.members.length === 0 ? null : snapshot.protocolName;
    for (const stored of snapshot.members) group.add(restoreMember(stored, group.protocolName, nowMs));
    group.leader = snapshot.members.length === 0 ? undefined : (snapshot.leader ?? undefined);
    if (snapshot.members.length > 0) group.enter('Stable');
    return group;
  }

  /** Monotonic time of the next thing that happens by itself. */
  nextDeadlineMs(): number {
    let next = Math.min(this.joinDeadlineMs ?? Infinity, this.syncDeadlineMs ?? Infinity);
    for (const deadline of this.pendingMembers.values()) next = Math.min(next, deadline);
    for (const member of this.members.values()) {
      if (member.isExpirable) next = Math.min(next, member.sessionDeadlineMs);
    }
    return next;
  }
}

function restoreMember(stored: GroupSnapshot['members'][number], protocolName: string | null, nowMs: number): Member {
  const member = new Member(stored.memberId, {
    ...stored,
    protocols: protocolName === null ? [] : [{ name: protocolName, metadata: stored.subscription }],
    requiresKnownMemberId: true,
    supportsSkippingAssignment: true,
  });
  member.assignment = stored.assignment;
  member.sessionDeadlineMs = nowMs + stored.sessionTimeoutMs;
  return member;
}
