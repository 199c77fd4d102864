/** What retention keeps of a topic, as Kafka counts it; −1 is unlimited. */
export interface RetentionLimits {
  retentionMs: number;
  /** Of each partition. */
  retentionBytes: number;
}

/** How a group stands to a topic now. Sums are over all partitions, `worst` is the partition nearest to its limit. */
export interface GroupStanding {
  lagRecords: number;
  /** Age of the oldest frame that the group has not read. */
  lagSeconds: number;
  /** Bytes of unread frames in the partition that holds most of them. */
  worstLagBytes: number;
  /** Bytes of one record on average. */
  recordBytes: number;
  partitions: number;
  inPerSecond: number;
  outPerSecond: number;
  /** Records for each second of age between the oldest and the newest unread frame. */
  recordsPerSecondOfLag: number;
}

export interface Horizon {
  /** Seconds; null: not as things go now. */
  secondsLeft: number | null;
  limit: 'time' | 'bytes' | null;
}

const never: Horizon = { secondsLeft: null, limit: null };

/**
 * The time left before retention would reach frames that a group has not read. Never too long: Kafka deletes whole
 * segments, and looks for them only now and then, so that frames in fact live on for a while.
 *
 * By time: the edge of what is kept moves on by a second each second, the group's position by the seconds of film it
 * drains. By size: unread bytes grow by what comes in less what is drained.
 */
export function retentionHorizon(standing: GroupStanding, limits: RetentionLimits): Horizon {
  if (standing.lagRecords <= 0) return never;
  const byTime = secondsLeftByTime(standing, limits.retentionMs);
  const byBytes = secondsLeftByBytes(standing, limits.retentionBytes);
  if (byTime === null && byBytes === null) return never;
  if (byBytes === null || (byTime !== null && byTime <= byBytes)) return { secondsLeft: byTime, limit: 'time' };
  return { secondsLeft: byBytes, limit: 'bytes' };
}

function secondsLeftByTime(standing: GroupStanding, retentionMs: number): number | null {
  if (retentionMs < 0) return null;
  const gap = retentionMs / 1000 - standing.lagSeconds;
  const { outPerSecond, recordsPerSecondOfLag } = standing;
  const drained = recordsPerSecondOfLag > 0 ? outPerSecond / recordsPerSecondOfLag : 0;
  return timeUntil(gap, 1 - drained);
}

function secondsLeftByBytes(standing: GroupStanding, retentionBytes: number): number | null {
  if (retentionBytes < 0) return null;
  const { inPerSecond, outPerSecond, recordBytes, partitions, worstLagBytes } = standing;
  return timeUntil(retentionBytes - worstLagBytes, ((inPerSecond - outPerSecond) * recordBytes) / partitions);
}

/** @returns null when the gap does not close */
function timeUntil(gap: number, closingPerSecond: number): number | null {
  if (gap <= 0) return 0;
  return closingPerSecond > 0 ? gap / closingPerSecond : null;
}
