import assert from 'node:assert/strict';
import { batchRecords } from '../../src/wire/records.ts';
import type { Fixture } from '../contract/fixture.ts';

const readCommitted = 1;

export interface CommittedRecords {
  records: { offset: bigint; value: string }[];
  /** Where to read on. */
  next: bigint;
  highWatermark: bigint;
  lastStableOffset: bigint;
}

/** Fetches from one partition and leaves out the records of aborted transactions, as readers of committed records do. */
export async function fetchCommitted(
  fixture: Fixture,
  { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
): Promise<CommittedRecords> {
  const found = await fixture.fetch(offset, { topic, partition, isolationLevel: readCommitted });
  assert.equal(found.error, 'NONE');
  const aborted = (found.abortedTransactions ?? []).sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const records: CommittedRecords['records'] = [];
  let next = offset;
  for (const batch of found.batches) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= batch.lastOffset) {
      aborting.add(aborted.shift()?.producerId ?? -1n);
    }
    if (batch.isControl) aborting.delete(batch.producerId);
    else if (!(batch.isTransactional && aborting.has(batch.producerId))) {
      for (const [i, { value }] of [...batchRecords(batch)].entries()) {
        records.push({ offset: batch.baseOffset + BigInt(i), value: value?.toString() ?? '' });
      }
    }
    next = batch.lastOffset + 1n;
  }
  const { highWatermark, lastStableOffset } = found;
  return { records: records.filter((each) => each.offset >= offset), next, highWatermark, lastStableOffset };
}
