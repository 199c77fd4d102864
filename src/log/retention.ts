import type { LogConfig } from './log-config.ts';
import type { Segment } from './segment.ts';

export interface RetentionView {
  segments: readonly Segment[];
  logStartOffset: bigint;
  /** Nothing from here on may go. */
  highWatermark: bigint;
  nowMs: number;
  config: LogConfig;
}

/**
 * How many of the oldest segments may be deleted. All of them may be in the count; then the log has to roll first.
 *
 * A segment goes when its records lie before the log start offset; when its newest record is older than `retentionMs`; or
 * when the log would still be as large as `retentionBytes` without it. The first two and the third only with the
 * `delete` cleanup policy, except that what lies before the log start offset always goes.
 */
export function countDeletable(view: RetentionView): number {
  const { segments, config, highWatermark } = view;
  const deletes = config.cleanupPolicy.includes('delete');
  let spareBytes = config.retentionBytes < 0 ? -1 : totalBytes(segments) - config.retentionBytes;
  let count = 0;
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const endOffset = segments[index + 1]?.baseOffset ?? segment.nextOffset;
    if (endOffset > highWatermark || (isLast && segment.sizeBytes === 0)) break;
    const isBeforeStart = !isLast && endOffset <= view.logStartOffset;
    const isLargeEnough = deletes && spareBytes >= segment.sizeBytes && spareBytes > 0;
    if (!isBeforeStart && !isLargeEnough && !(deletes && isExpired(segment, view))) break;
    spareBytes -= segment.sizeBytes;
    count += 1;
  }
  return count;
}

function isExpired(segment: Segment, { config, nowMs }: RetentionView): boolean {
  if (config.retentionMs < 0) return false;
  const newestMs = segment.maxTimestampMs >= 0n ? Number(segment.maxTimestampMs) : segment.createdMs;
  return nowMs - newestMs > config.retentionMs;
}

function totalBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, each) => sum + each.sizeBytes, 0);
}
