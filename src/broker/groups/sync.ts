import type { ErrorName } from '../../wire/error-codes.ts';
import type { Group } from './group.ts';
import type { GroupEffect, MemberIdentity, Now, SyncEvent } from './group-types.ts';
import type { Member } from './member.ts';
import {
  completeJoinIfReady,
  failWaitingSyncs,
  rebalance,
  removeMember,
  rescheduleSession,
  syncReply,
} from './rebalance.ts';

/** A member asks for its assignment; the leader brings everybody's. Answered once the assignments are stored. */
export function sync(group: Group, event: SyncEvent, now: Now): GroupEffect[] {
  const member = memberForSync(group, event);
  if (typeof member === 'string') {
    return [{ type: 'sync-reply', requestId: event.requestId, reply: syncReply(group, member) }];
  }
  group.pendingSync.delete(member.memberId);
  if (group.state === 'Stable') {
    rescheduleSession(member, now);
    return [{ type: 'sync-reply', requestId: event.requestId, reply: syncReply(group, 'NONE', member.assignment) }];
  }
  const effects = supersedeSync(group, member);
  member.awaitingSync = event.requestId;
  if (member.memberId === group.leader) effects.push(storeAssignments(group, event));
  return effects;
}

function memberForSync(group: Group, event: SyncEvent): Member | ErrorName {
  if (group.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  const member = group.memberOf(event);
  if (typeof member === 'string') return member;
  if (event.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  if (event.protocolType !== null && event.protocolType !== group.protocolType) return 'INCONSISTENT_GROUP_PROTOCOL';
  if (event.protocolName !== null && event.protocolName !== group.protocolName) return 'INCONSISTENT_GROUP_PROTOCOL';
  if (group.state === 'PreparingRebalance') return 'REBALANCE_IN_PROGRESS';
  return group.state === 'Empty' ? 'UNKNOWN_MEMBER_ID' : member;
}

function supersedeSync(group: Group, member: Member): GroupEffect[] {
  if (member.awaitingSync === undefined) return [];
  const reply = syncReply(group, 'REBALANCE_IN_PROGRESS');
  return [{ type: 'sync-reply', requestId: member.awaitingSync, reply }];
}

function storeAssignments(group: Group, event: SyncEvent): GroupEffect {
  const assignments = new Map(event.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const token = ++group.lastToken;
  const { generationId } = group;
  group.pendingStores.set(token, (error, now) => {
    const isSuperseded = group.state !== 'CompletingRebalance' || group.generationId !== generationId;
    if (isSuperseded) return [];
    if (error !== 'NONE') return [...failWaitingSyncs(group, error, now), ...rebalance(group, now)];
    return becomeStable(group, assignments, now);
  });
  return { type: 'store', token, snapshot: group.snapshot(assignments) };
}

function becomeStable(group: Group, assignments: ReadonlyMap<string, Buffer>, now: Now): GroupEffect[] {
  group.enter('Stable');
  const effects: GroupEffect[] = [];
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.memberId) ?? Buffer.alloc(0);
    if (member.awaitingSync === undefined) continue;
    const reply = syncReply(group, 'NONE', member.assignment);
    effects.push({ type: 'sync-reply', requestId: member.awaitingSync, reply });
    member.awaitingSync = undefined;
    rescheduleSession(member, now);
  }
  return effects;
}

/** A snapshot is in the offsets topic (`NONE`) or could not be written. */
export function stored(group: Group, token: number, error: ErrorName, now: Now): GroupEffect[] {
  const onStored = group.pendingStores.get(token);
  group.pendingStores.delete(token);
  return onStored?.(error, now) ?? [];
}

/** @returns the error to answer with; REBALANCE_IN_PROGRESS is how members learn that they have to join again */
export function heartbeat(group: Group, identity: MemberIdentity & { generationId: number }, now: Now): ErrorName {
  if (group.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  const member = group.memberOf(identity);
  if (typeof member === 'string') return member;
  if (identity.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  if (group.state === 'Empty') return 'UNKNOWN_MEMBER_ID';
  rescheduleSession(member, now);
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}

/** A member leaves, or an administrator removes a static member by its instance id alone. */
export function leave(group: Group, identity: MemberIdentity, now: Now): { error: ErrorName; effects: GroupEffect[] } {
  if (group.state === 'Dead') return { error: 'COORDINATOR_NOT_AVAILABLE', effects: [] };
  if (group.pendingMembers.delete(identity.memberId))
    return { error: 'NONE', effects: completeJoinIfReady(group, now) };
  const { groupInstanceId } = identity;
  const byInstance = identity.memberId === '' && groupInstanceId !== null;
  const memberId = byInstance ? (group.staticMembers.get(groupInstanceId) ?? '') : identity.memberId;
  const member = group.memberOf({ memberId, groupInstanceId });
  if (typeof member === 'string') return { error: member, effects: [] };
  return { error: 'NONE', effects: removeMember(group, member, 'UNKNOWN_MEMBER_ID', now) };
}

/**
 * Whether offsets may be committed by this member of this generation. A commit counts as a sign of life.
 *
 * @param identity generation −1 without a member id is a client that uses the group's offsets without being a member
 */
export function checkCommit(
  group: Group,
  identity: MemberIdentity & { generationId: number },
  now: Now,
  options: { isTransactional: boolean } = { isTransactional: false },
): ErrorName {
  if (group.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
  if (identity.generationId < 0 && group.state === 'Empty') return 'NONE';
  const isMember = identity.generationId >= 0 || identity.memberId !== '' || identity.groupInstanceId !== null;
  if (!isMember) return options.isTransactional ? 'NONE' : 'UNKNOWN_MEMBER_ID';
  const member = group.memberOf(identity);
  if (typeof member === 'string') return member;
  if (identity.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  if (options.isTransactional) return 'NONE';
  if (group.state === 'CompletingRebalance') return 'REBALANCE_IN_PROGRESS';
  rescheduleSession(member, now);
  return 'NONE';
}
