import type { GroupAccount } from '../../topics/group-account.ts';
import type { LagView } from './lag-source.ts';
import type { RetentionLimits } from './retention-horizon.ts';

/** Held cameras go on when the backlog is so much smaller than its limit: not at every frame that is drained. */
const releaseShare = 0.9;

/**
 * Whether cameras must hold: what complete groups have not read has reached what may be kept. Nothing of it is deleted,
 * so nothing may be added.
 */
export function mustHold(
  isHeld: boolean,
  accounts: readonly GroupAccount[],
  { retentionMs, retentionBytes }: RetentionLimits,
  partitions: number,
): boolean {
  const share = isHeld ? releaseShare : 1;
  return accounts
    .filter(({ kind }) => kind === 'complete')
    .some(({ lagSeconds, lagBytes }) => {
      const isOld = retentionMs >= 0 && lagSeconds * 1000 >= retentionMs * share;
      const isLarge = retentionBytes >= 0 && lagBytes >= retentionBytes * partitions * share;
      return isOld || isLarge;
    });
}

/**
 * What retention would delete, less what a complete group has not read: the new first offset of each partition that
 * changes.
 *
 * @param expired the first offset that is young enough, by partition
 */
export function deletable(
  { partitions, groups, recordBytes }: LagView,
  completeGroups: readonly string[],
  { retentionBytes }: RetentionLimits,
  expired: ReadonlyMap<number, number>,
): Map<number, number> {
  const found = new Map<number, number>();
  const most = retentionBytes < 0 || recordBytes === 0 ? Number.POSITIVE_INFINITY : retentionBytes / recordBytes;
  for (const { partition, startOffset, endOffset } of partitions) {
    const excess = endOffset - startOffset - most;
    const wanted = Math.max(startOffset + Math.max(0, Math.floor(excess)), expired.get(partition) ?? startOffset);
    const read = completeGroups.map((group) => groups.get(group)?.committed.get(partition) ?? startOffset);
    const before = Math.min(wanted, endOffset, ...read);
    if (before > startOffset) found.set(partition, before);
  }
  return found;
}
