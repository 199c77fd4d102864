import { readFully } from '../base/file-system.ts';
import { batchAt, batchHeaderBytes, RecordBatch } from '../wire/record-batch.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

export interface ReadSlice {
  buffers: Buffer[];
  sizeBytes: number;
  nextOffset: bigint;
}

export interface ReadRequest {
  fromOffset: bigint;
  /** Only records before this offset, which must be where a batch begins. */
  endOffset: bigint;
  maxBytes: number;
  /** Return the first batch even when it is larger than `maxBytes`. */
  minOneBatch: boolean;
}

/**
 * Reads whole batches from one segment: from the batch that holds the wanted offset, or the first one after it.
 *
 * @throws the system's error when the file cannot be read, and an Error when it holds something else than a batch there
 */
export function readBatches(segments: SegmentList, request: ReadRequest, memory: ReadBuffers): ReadSlice {
  const { segment, position } = locate(segments, request.fromOffset);
  const available = segment.sizeBytes - position;
  const length = Math.min(Math.max(request.maxBytes, 0), available);
  const bytes = memory.take(Math.max(length, Math.min(available, batchHeaderBytes)));
  const filled = readFully(segment.file, bytes, position);
  const whole = wholeBatches(bytes.subarray(0, filled), request.endOffset, length);
  if (whole.problem) throw new Error(`${segment.path}, byte ${position + whole.sizeBytes}: ${whole.problem}`);
  if (whole.sizeBytes > 0) return slice(segment, position, bytes.subarray(0, whole.sizeBytes), whole.nextOffset);
  memory.giveBack(bytes);
  if (!request.minOneBatch || whole.firstBatchBytes === 0 || whole.firstBatchBytes > available)
    return { buffers: [], sizeBytes: 0, nextOffset: request.fromOffset };
  const first = memory.take(whole.firstBatchBytes);
  readFully(segment.file, first, position);
  return slice(segment, position, first, new RecordBatch(first, 0, first.length).lastOffset + 1n);
}

/** A batch in the middle of a segment may have been the last: offsets removed by compaction lie in no batch. */
function locate(segments: SegmentList, offset: bigint): { segment: Segment; position: number } {
  for (const segment of segments.from(offset)) {
    const position = segment.positionOf(offset);
    if (position < segment.sizeBytes) return { segment, position };
  }
  return { segment: segments.active, position: segments.active.sizeBytes };
}

function slice(segment: Segment, position: number, bytes: Buffer, nextOffset: bigint): ReadSlice {
  segment.remember(nextOffset, position + bytes.length);
  return { buffers: [bytes], sizeBytes: bytes.length, nextOffset };
}

interface WholeBatches {
  sizeBytes: number;
  nextOffset: bigint;
  /** Size of the first batch when it does not fit and lies before the end offset, else 0. */
  firstBatchBytes: number;
  problem?: string;
}

function wholeBatches(bytes: Buffer, endOffset: bigint, maxBytes: number): WholeBatches {
  let position = 0;
  let nextOffset = -1n;
  for (;;) {
    const left = bytes.length - position;
    if (left < batchHeaderBytes) return { sizeBytes: position, nextOffset, firstBatchBytes: 0 };
    const found = batchAt(bytes, position);
    if (found.kind === 'corrupt')
      return { sizeBytes: position, nextOffset, firstBatchBytes: 0, ...(position === 0 && { problem: found.reason }) };
    const batch = found.kind === 'batch' ? found.batch : new RecordBatch(bytes, position, found.neededBytes);
    if (batch.baseOffset >= endOffset) return { sizeBytes: position, nextOffset, firstBatchBytes: 0 };
    if (batch.endPosition > maxBytes)
      return { sizeBytes: position, nextOffset, firstBatchBytes: position === 0 ? batch.sizeBytes : 0 };
    position = batch.endPosition;
    nextOffset = batch.lastOffset + 1n;
  }
}
