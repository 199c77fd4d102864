import type { ErrorName } from '../../wire/error-codes.ts';
import type { Group } from './group.ts';
import type { GroupEffect, Now, SyncReply } from './group-types.ts';
import type { Member } from './member.ts';

const noBytes = Buffer.alloc(0);

export function syncReply(group: Group, error: ErrorName, assignment: Buffer = noBytes): SyncReply {
  const ok = error === 'NONE';
  return {
    error,
    protocolType: ok ? (group.protocolType ?? null) : null,
    protocolName: ok ? group.protocolName : null,
    assignment,
  };
}

export function rescheduleSession(member: Member, now: Now, timeoutMs = member.sessionTimeoutMs): void {
  member.sessionDeadlineMs = now.nowMs + timeoutMs;
}

/** Starts a rebalance unless one is in its join phase already; then completes it if nobody is missing. */
export function rebalance(group: Group, now: Now): GroupEffect[] {
  const effects = group.state === 'PreparingRebalance' ? [] : prepareRebalance(group, now);
  return [...effects, ...completeJoinIfReady(group, now)];
}

function prepareRebalance(group: Group, now: Now): GroupEffect[] {
  const effects = failWaitingSyncs(group, 'REBALANCE_IN_PROGRESS', now);
  group.pendingSync.clear();
  group.syncDeadlineMs = undefined;
  const isFirst = group.state === 'Empty';
  const timeoutMs = group.rebalanceTimeoutMs();
  const delayMs = isFirst ? Math.min(group.settings.initialRebalanceDelayMs, timeoutMs) : timeoutMs;
  group.enter('PreparingRebalance');
  group.joinDeadlineMs = now.nowMs + delayMs;
  group.initialRemainingMs = isFirst ? timeoutMs - delayMs : undefined;
  group.hasNewMemberInInitialDelay = false;
  return effects;
}

export function failWaitingSyncs(group: Group, error: ErrorName, now: Now): GroupEffect[] {
  const effects: GroupEffect[] = [];
  for (const member of group.members.values()) {
    member.assignment = noBytes;
    if (member.awaitingSync === undefined) continue;
    effects.push({ type: 'sync-reply', requestId: member.awaitingSync, reply: syncReply(group, error) });
    member.awaitingSync = undefined;
    rescheduleSession(member, now);
  }
  return effects;
}

/** Ends the join phase when every member is there. The first rebalance of a group waits for its delay instead. */
export function completeJoinIfReady(group: Group, now: Now): GroupEffect[] {
  if (group.state !== 'PreparingRebalance' || !group.haveAllMembersJoined) return [];
  const inInitialDelay = group.initialRemainingMs !== undefined && group.members.size > 0;
  return inInitialDelay ? [] : completeJoin(group, now);
}

/** The join phase's time is over: the first rebalance waits on while members keep coming, any other one completes. */
export function onJoinDeadline(group: Group, now: Now): GroupEffect[] {
  const remainingMs = group.initialRemainingMs ?? 0;
  if (!group.hasNewMemberInInitialDelay || remainingMs <= 0) return completeJoin(group, now);
  const delayMs = Math.min(group.settings.initialRebalanceDelayMs, remainingMs);
  group.hasNewMemberInInitialDelay = false;
  group.initialRemainingMs = remainingMs - delayMs;
  group.joinDeadlineMs = now.nowMs + delayMs;
  return [];
}

function completeJoin(group: Group, now: Now): GroupEffect[] {
  group.joinDeadlineMs = undefined;
  group.initialRemainingMs = undefined;
  removeMissingMembers(group);
  if (group.members.size === 0) return becomeEmpty(group, now);
  if (!electJoinedLeader(group)) {
    // Only static members are left and none of them is back: wait for them until their sessions end.
    group.joinDeadlineMs = now.nowMs + group.rebalanceTimeoutMs();
    return [];
  }
  return startGeneration(group, now);
}

function removeMissingMembers(group: Group): void {
  for (const member of [...group.members.values()]) {
    if (member.awaitingJoin === undefined && member.groupInstanceId === null) group.remove(member);
  }
}

function electJoinedLeader(group: Group): boolean {
  const leader = group.leader === undefined ? undefined : group.members.get(group.leader);
  if (leader?.awaitingJoin !== undefined) return true;
  const joined = [...group.members.values()].find((member) => member.awaitingJoin !== undefined);
  if (joined === undefined) return false;
  group.leader = joined.memberId;
  return true;
}

function becomeEmpty(group: Group, now: Now): GroupEffect[] {
  nextGeneration(group, now);
  group.protocolName = null;
  group.leader = undefined;
  group.enter('Empty');
  return [{ type: 'store', token: ++group.lastToken, snapshot: group.snapshot(undefined) }];
}

function startGeneration(group: Group, now: Now): GroupEffect[] {
  nextGeneration(group, now);
  group.protocolName = group.electProtocol();
  group.enter('CompletingRebalance');
  group.syncDeadlineMs = now.nowMs + group.rebalanceTimeoutMs();
  group.pendingSync.clear();
  return [...group.members.values()].flatMap((member) => answerJoin(group, member, now));
}

function nextGeneration(group: Group, now: Now): void {
  // Kafka's generations stay positive int32 numbers.
  group.generationId = group.generationId >= 0x7fffffff ? 1 : group.generationId + 1;
  group.stateTimestampMs = now.wallMs;
}

function answerJoin(group: Group, member: Member, now: Now): GroupEffect[] {
  group.pendingSync.add(member.memberId);
  rescheduleSession(member, now);
  member.isNew = false;
  if (member.awaitingJoin === undefined) return [];
  const requestId = member.awaitingJoin;
  member.awaitingJoin = undefined;
  return [{ type: 'join-reply', requestId, reply: group.joinReply(member) }];
}

/** Takes a member out and lets the others share its partitions. A request of it that still waits is answered with `error`. */
export function removeMember(group: Group, member: Member, error: ErrorName, now: Now): GroupEffect[] {
  const effects: GroupEffect[] = [];
  if (member.awaitingJoin !== undefined) effects.push(failJoin(group, member, error));
  if (member.awaitingSync !== undefined) {
    effects.push({ type: 'sync-reply', requestId: member.awaitingSync, reply: syncReply(group, error) });
    member.awaitingSync = undefined;
  }
  group.remove(member);
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') effects.push(...rebalance(group, now));
  else effects.push(...completeJoinIfReady(group, now));
  return effects;
}

/** Answers a member's waiting JoinGroup request with an error. */
export function failJoin(group: Group, member: Member, error: ErrorName): GroupEffect {
  const requestId = member.awaitingJoin ?? -1;
  member.awaitingJoin = undefined;
  return { type: 'join-reply', requestId, reply: joinError(group, error, member.memberId) };
}

export function joinError(group: Group | undefined, error: ErrorName, memberId: string) {
  const protocolType = group?.protocolType ?? null;
  const empty = { protocolName: null, leader: '', skipAssignment: false, members: [] };
  return { error, generationId: -1, protocolType, memberId, ...empty };
}

/** Members that took their generation but never asked for their assignment are gone. */
export function onSyncDeadline(group: Group, now: Now): GroupEffect[] {
  group.syncDeadlineMs = undefined;
  const missing = [...group.pendingSync].flatMap((id) => group.members.get(id) ?? []);
  group.pendingSync.clear();
  if (missing.length === 0) return [];
  for (const member of missing) group.remove(member);
  return rebalance(group, now);
}
