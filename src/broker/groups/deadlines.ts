import type { Group } from './group.ts';
import type { GroupEffect, Now } from './group-types.ts';
import { completeJoinIfReady, onJoinDeadline, onSyncDeadline, removeMember } from './rebalance.ts';

/** Carries out everything in the group that is due by now; to be called again at `group.nextDeadlineMs()`. */
export function advance(group: Group, now: Now): GroupEffect[] {
  const effects: GroupEffect[] = [];
  if (forgetPendingMembers(group, now)) effects.push(...completeJoinIfReady(group, now));
  for (const member of [...group.members.values()]) {
    const isOver = member.isExpirable && member.sessionDeadlineMs <= now.nowMs;
    if (isOver && group.members.has(member.memberId))
      effects.push(...removeMember(group, member, 'UNKNOWN_MEMBER_ID', now));
  }
  if ((group.joinDeadlineMs ?? Infinity) <= now.nowMs) effects.push(...onJoinDeadline(group, now));
  if ((group.syncDeadlineMs ?? Infinity) <= now.nowMs) effects.push(...onSyncDeadline(group, now));
  return effects;
}

function forgetPendingMembers(group: Group, now: Now): boolean {
  const before = group.pendingMembers.size;
  for (const [memberId, deadlineMs] of group.pendingMembers) {
    if (deadlineMs <= now.nowMs) group.pendingMembers.delete(memberId);
  }
  return group.pendingMembers.size < before;
}
