import type { RecordBatch } from '../wire/record-batch.ts';
import { batchRecords, timestampOf } from '../wire/records.ts';
import { walkBatches } from './batch-walk.ts';
import type { TimestampedOffset } from './outcomes.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { readBatch } from './transaction-end.ts';

export interface OffsetRange {
  fromOffset: bigint;
  /** Where a batch begins. */
  endOffset: bigint;
}

/**
 * The first record in the range with a timestamp of at least `timestampMs`: the first batch whose largest timestamp is, then
 * the first such record in it.
 */
export function findTimestamp(
  segments: SegmentList,
  timestampMs: bigint,
  range: OffsetRange,
): TimestampedOffset | undefined {
  for (const segment of segments.from(range.fromOffset)) {
    if (segment.baseOffset >= range.endOffset) return undefined;
    if (segment.maxTimestampMs < timestampMs) continue;
    const found = findInSegment(segment, timestampMs, range);
    if (found) return found;
  }
  return undefined;
}

function findInSegment(segment: Segment, timestampMs: bigint, range: OffsetRange): TimestampedOffset | undefined {
  const from = Math.max(segment.positionBeforeTime(timestampMs), segment.positionOf(range.fromOffset));
  let found: TimestampedOffset | undefined;
  walkBatches({ file: segment.file, from, to: segment.sizeBytes, verify: false }, (batch, position) => {
    if (batch.baseOffset >= range.endOffset) return false;
    if (batch.maxTimestamp < timestampMs) return true;
    found = findInBatch(readBatch(segment.file, position, batch.sizeBytes), timestampMs, range);
    return found === undefined;
  });
  return found;
}

function findInBatch(batch: RecordBatch, timestampMs: bigint, range: OffsetRange): TimestampedOffset | undefined {
  for (const record of batchRecords(batch)) {
    const offset = batch.baseOffset + BigInt(record.offsetDelta);
    const time = timestampOf(batch, record);
    if (time >= timestampMs && offset >= range.fromOffset)
      return { offset, timestampMs: time, leaderEpoch: batch.leaderEpoch };
  }
  return undefined;
}

/** The first record with the largest timestamp of the range. */
export function findMaxTimestamp(segments: SegmentList, range: OffsetRange): TimestampedOffset | undefined {
  let largest = -1n;
  for (const segment of segments.from(range.fromOffset)) {
    if (segment.baseOffset < range.endOffset && segment.maxTimestampMs > largest) largest = segment.maxTimestampMs;
  }
  if (largest < 0n) return undefined;
  return findTimestamp(segments, largest, range) ?? findByWalking(segments, range);
}

/** When the record with the largest timestamp lies outside the range, no index knows the next best. */
function findByWalking(segments: SegmentList, range: OffsetRange): TimestampedOffset | undefined {
  let largest = -1n;
  for (const segment of segments.from(range.fromOffset)) {
    const from = segment.positionOf(range.fromOffset);
    walkBatches({ file: segment.file, from, to: segment.sizeBytes, verify: false }, (batch) => {
      if (batch.baseOffset >= range.endOffset) return false;
      if (batch.maxTimestamp > largest) largest = batch.maxTimestamp;
      return true;
    });
  }
  return largest < 0n ? undefined : findTimestamp(segments, largest, range);
}
