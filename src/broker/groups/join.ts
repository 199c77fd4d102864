import type { Group } from './group.ts';
import type { GroupEffect, JoinEvent, JoinReply, Now } from './group-types.ts';
import { Member, newMemberTimeoutMs } from './member.ts';
import { completeJoinIfReady, joinError, rebalance, rescheduleSession } from './rebalance.ts';

type NewMemberId = (event: JoinEvent) => string;

/**
 * A member asks to join. The answer comes at once (an error, or nothing changed) or when the rebalance completes.
 *
 * @param newMemberId makes the id of a member that has none
 */
export function join(group: Group, event: JoinEvent, now: Now, newMemberId: NewMemberId): GroupEffect[] {
  if (group.state === 'Dead') return reject(group, event, 'COORDINATOR_NOT_AVAILABLE');
  const outOfBounds =
    event.sessionTimeoutMs < group.settings.minSessionTimeoutMs ||
    event.sessionTimeoutMs > group.settings.maxSessionTimeoutMs;
  if (outOfBounds) return reject(group, event, 'INVALID_SESSION_TIMEOUT');
  if (!acceptsAnother(group, event.memberId)) return reject(group, event, 'GROUP_MAX_SIZE_REACHED');
  const names = event.protocols.map((protocol) => protocol.name);
  if (!group.supports(event.protocolType, names)) return reject(group, event, 'INCONSISTENT_GROUP_PROTOCOL');
  return event.memberId === '' ? joinNew(group, event, now, newMemberId(event)) : joinKnown(group, event, now);
}

function reject(group: Group, event: JoinEvent, error: JoinReply['error'], memberId = event.memberId): GroupEffect[] {
  return [{ type: 'join-reply', requestId: event.requestId, reply: joinError(group, error, memberId) }];
}

function acceptsAnother(group: Group, memberId: string): boolean {
  const member = group.members.get(memberId);
  if (group.state === 'Empty') return true;
  if (group.state === 'PreparingRebalance') {
    return member?.awaitingJoin !== undefined || group.awaitingJoinCount() < group.settings.maxSize;
  }
  return member !== undefined || group.members.size < group.settings.maxSize;
}

function joinNew(group: Group, event: JoinEvent, now: Now, memberId: string): GroupEffect[] {
  const current = event.groupInstanceId === null ? undefined : group.staticMembers.get(event.groupInstanceId);
  if (current !== undefined) return replaceStaticMember(group, event, now, { oldMemberId: current, memberId });
  if (event.groupInstanceId === null && event.requiresKnownMemberId) {
    group.pendingMembers.set(memberId, now.nowMs + event.sessionTimeoutMs);
    return reject(group, event, 'MEMBER_ID_REQUIRED', memberId);
  }
  return addMember(group, event, now, memberId);
}

function joinKnown(group: Group, event: JoinEvent, now: Now): GroupEffect[] {
  if (group.pendingMembers.has(event.memberId) && event.groupInstanceId === null) {
    return addMember(group, event, now, event.memberId);
  }
  const member = group.memberOf(event);
  if (typeof member === 'string') return reject(group, event, member);
  return rejoin(group, event, now, member);
}

function rejoin(group: Group, event: JoinEvent, now: Now, member: Member): GroupEffect[] {
  const isUnchanged = member.matches(event.protocols);
  const isRetry = group.state === 'CompletingRebalance' && isUnchanged;
  const isIdle = group.state === 'Stable' && isUnchanged && member.memberId !== group.leader;
  if (isRetry || isIdle) {
    rescheduleSession(member, now);
    const reply = group.joinReply(member, { withMembers: isRetry });
    return [{ type: 'join-reply', requestId: event.requestId, reply }];
  }
  return updateMember(group, event, now, member);
}

function addMember(group: Group, event: JoinEvent, now: Now, memberId: string): GroupEffect[] {
  const member = new Member(memberId, event);
  member.isNew = true;
  member.awaitingJoin = event.requestId;
  rescheduleSession(member, now, newMemberTimeoutMs);
  group.pendingMembers.delete(memberId);
  group.add(member);
  group.protocolType = event.protocolType;
  if (group.initialRemainingMs !== undefined) group.hasNewMemberInInitialDelay = true;
  return rebalance(group, now);
}

function updateMember(group: Group, event: JoinEvent, now: Now, member: Member): GroupEffect[] {
  const effects = supersedeJoin(group, member);
  member.protocols = event.protocols;
  member.clientId = event.clientId;
  member.clientHost = event.clientHost;
  member.sessionTimeoutMs = event.sessionTimeoutMs;
  member.rebalanceTimeoutMs = event.rebalanceTimeoutMs;
  member.awaitingJoin = event.requestId;
  group.protocolType = event.protocolType;
  return [...effects, ...rebalance(group, now)];
}

/** A client that asks again no longer listens to its first request; it is answered so that its connection goes on. */
function supersedeJoin(group: Group, member: Member): GroupEffect[] {
  if (member.awaitingJoin === undefined) return [];
  const reply = joinError(group, 'REBALANCE_IN_PROGRESS', member.memberId);
  return [{ type: 'join-reply', requestId: member.awaitingJoin, reply }];
}

/**
 * A static member came back under its instance id: it takes its predecessor's place under a new member id. In a stable group
 * it gets its predecessor's assignment without a rebalance when the group would choose the same protocol.
 */
function replaceStaticMember(
  group: Group,
  event: JoinEvent,
  now: Now,
  ids: { oldMemberId: string; memberId: string },
): GroupEffect[] {
  const old = group.members.get(ids.oldMemberId);
  if (old === undefined) return addMember(group, event, now, ids.memberId);
  const wasLeader = group.leader === old.memberId;
  const effects = fencePredecessor(group, old);
  const member = new Member(ids.memberId, event);
  member.assignment = old.assignment;
  const position = [...group.members.keys()].indexOf(old.memberId);
  group.remove(old);
  insertAt(group, member, position);
  if (wasLeader) group.leader = member.memberId;
  rescheduleSession(member, now);
  if (group.state !== 'Stable' || group.electProtocol() !== group.protocolName) {
    member.awaitingJoin = event.requestId;
    return [...effects, ...rebalanceOrComplete(group, now)];
  }
  return [...effects, ...storeReplacement(group, event, { old, member })];
}

function rebalanceOrComplete(group: Group, now: Now): GroupEffect[] {
  return group.state === 'PreparingRebalance' ? completeJoinIfReady(group, now) : rebalance(group, now);
}

/** The order of members decides how leaders assign, so the newcomer keeps its predecessor's place. */
function insertAt(group: Group, member: Member, position: number): void {
  const following = [...group.members.values()].slice(position);
  for (const each of following) group.members.delete(each.memberId);
  group.add(member);
  for (const each of following) group.members.set(each.memberId, each);
}

function fencePredecessor(group: Group, old: Member): GroupEffect[] {
  const effects: GroupEffect[] = [];
  if (old.awaitingJoin !== undefined) {
    const reply = joinError(group, 'FENCED_INSTANCE_ID', old.memberId);
    effects.push({ type: 'join-reply', requestId: old.awaitingJoin, reply });
  }
  if (old.awaitingSync !== undefined) {
    const reply = {
      error: 'FENCED_INSTANCE_ID',
      protocolType: null,
      protocolName: null,
      assignment: Buffer.alloc(0),
    } as const;
    effects.push({ type: 'sync-reply', requestId: old.awaitingSync, reply });
  }
  return effects;
}

function storeReplacement(group: Group, event: JoinEvent, ids: { old: Member; member: Member }): GroupEffect[] {
  const { old, member } = ids;
  const token = ++group.lastToken;
  // Before version 9 a leader cannot be told to skip the assignment, so it is told that another one leads.
  const isLeader = group.leader === member.memberId;
  const reply = group.joinReply(member, {
    withMembers: event.supportsSkippingAssignment,
    skipAssignment: isLeader && event.supportsSkippingAssignment,
  });
  if (isLeader && !event.supportsSkippingAssignment) reply.leader = old.memberId;
  const snapshot = group.snapshot(undefined);
  const onStored = (error: JoinReply['error']): GroupEffect[] => {
    const answer = error === 'NONE' ? reply : joinError(group, error, member.memberId);
    return [{ type: 'join-reply', requestId: event.requestId, reply: answer }];
  };
  group.pendingStores.set(token, onStored);
  return [{ type: 'store', token, snapshot }];
}
