import type { RecordsBatch } from '@platformatic/kafka';

/** A transaction that was aborted, as a fetch answer names it. */
export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

const isTransactional = 1 << 4;
const isControl = 1 << 5;
const abortMarker = 0;

/**
 * The batches of one partition's fetch answer whose records count for a reader of committed records: no markers, and
 * nothing of an aborted transaction, however many of one producer the answer holds and wherever they begin and end.
 * The answer ends before the first open transaction (the broker's part of read_committed). Apache's own clients do it
 * the same way; the client library's consumer remembers one aborted stretch of each producer only.
 *
 * @param batches in the order of their offsets
 */
export function committedBatches(
  batches: readonly RecordsBatch[],
  aborted: readonly AbortedTransaction[],
): RecordsBatch[] {
  const ahead = [...aborted].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const abortedProducers = new Set<bigint>();
  return batches.filter((batch) => {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (let next = ahead[0]; next && next.firstOffset <= lastOffset; next = ahead[0]) {
      abortedProducers.add(next.producerId);
      ahead.shift();
    }
    if (batch.attributes & isControl) {
      if (isAbortMarker(batch)) abortedProducers.delete(batch.producerId);
      return false;
    }
    return !(batch.attributes & isTransactional && abortedProducers.has(batch.producerId));
  });
}

/** The key of a control record: version, then type, as int16 each. */
function isAbortMarker({ records }: RecordsBatch): boolean {
  return records[0]?.key?.readInt16BE(2) === abortMarker;
}
