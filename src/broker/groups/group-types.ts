import type { ErrorName } from '../../wire/error-codes.ts';

/** Kafka's names of the states of a classic group, as DescribeGroups and ListGroups show them. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

export interface MemberProtocol {
  name: string;
  metadata: Buffer;
}

/** A request that waits for its answer; the group only hands the number back with the reply. */
export type RequestId = number;

export interface JoinEvent {
  requestId: RequestId;
  memberId: string;
  groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocolType: string;
  protocols: MemberProtocol[];
  /** From JoinGroup version 4 on a new member is first told its id, so that a lost answer leaves no ghost behind. */
  requiresKnownMemberId: boolean;
  /** From JoinGroup version 9 on a returning static leader is told to skip the assignment. */
  supportsSkippingAssignment: boolean;
}

export interface SyncEvent {
  requestId: RequestId;
  memberId: string;
  groupInstanceId: string | null;
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  assignments: { memberId: string; assignment: Buffer }[];
}

export interface MemberIdentity {
  memberId: string;
  groupInstanceId: string | null;
}

export interface JoinReply {
  error: ErrorName;
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  leader: string;
  skipAssignment: boolean;
  memberId: string;
  members: { memberId: string; groupInstanceId: string | null; metadata: Buffer }[];
}

export interface SyncReply {
  error: ErrorName;
  protocolType: string | null;
  protocolName: string | null;
  assignment: Buffer;
}

/** What the world outside the state machine has to do, in this order. */
export type GroupEffect =
  | { type: 'join-reply'; requestId: RequestId; reply: JoinReply }
  | { type: 'sync-reply'; requestId: RequestId; reply: SyncReply }
  /** Write the snapshot to the offsets topic, then report with `stored()` and the same token. */
  | { type: 'store'; token: number; snapshot: GroupSnapshot };

export interface MemberSnapshot {
  memberId: string;
  groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  subscription: Buffer;
  assignment: Buffer;
}

/** What is kept across a restart of the broker; the fields of Kafka's GroupMetadataValue. */
export interface GroupSnapshot {
  protocolType: string;
  generationId: number;
  protocolName: string | null;
  leader: string | null;
  stateTimestampMs: number;
  members: MemberSnapshot[];
}

export interface GroupSettings {
  minSessionTimeoutMs: number;
  maxSessionTimeoutMs: number;
  maxSize: number;
  initialRebalanceDelayMs: number;
}

export interface Now {
  /** Monotonic milliseconds: deadlines. */
  nowMs: number;
  /** Wall clock milliseconds: what is stored. */
  wallMs: number;
}
