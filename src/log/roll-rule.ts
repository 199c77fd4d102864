import type { RecordBatch } from '../wire/record-batch.ts';
import type { LogConfig } from './log-config.ts';
import { largestRelativeOffset, type Segment } from './segment.ts';

/** Bytes that the larger index entry takes: a full index closes its segment. */
const indexEntryBytes = 12;

/** Must a new segment begin before these batches are appended to `segment`? The rules are Apache Kafka's. */
export function mustRoll(
  segment: Segment,
  incoming: { sizeBytes: number; lastOffset: bigint; maxTimestampMs: bigint },
  config: LogConfig,
  nowMs: number,
): boolean {
  if (segment.relative(incoming.lastOffset) > largestRelativeOffset) return true;
  if (segment.sizeBytes === 0) return false;
  if (segment.sizeBytes + incoming.sizeBytes > config.segmentBytes) return true;
  if (segment.indexBytes + indexEntryBytes > config.segmentIndexBytes) return true;
  return ageMs(segment, incoming.maxTimestampMs, nowMs) > config.segmentMs;
}

/** By the records' own time where they have one, so that a replay of old records rolls as the original did. */
function ageMs(segment: Segment, incomingTimestampMs: bigint, nowMs: number): number {
  const first = segment.firstBatchTimestampMs;
  if (first === undefined || first < 0n) return nowMs - segment.createdMs;
  return Number(incomingTimestampMs - first);
}

export function largestTimestamp(batches: readonly RecordBatch[]): bigint {
  let largest = -1n;
  for (const { maxTimestamp } of batches) if (maxTimestamp > largest) largest = maxTimestamp;
  return largest;
}
