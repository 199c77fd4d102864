import assert from 'node:assert/strict';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { batchRecords } from '../../src/wire/records.ts';
import type { Fixture } from '../contract/fixture.ts';
import type { RawClient } from '../contract/raw-client.ts';
import type { HistoryEvent } from './history.ts';
import { group, partitionName, partitions, topic } from './workload.ts';

const readCommitted = 1;

/** Asks for the group's offsets and adds the answers to the history. */
export async function seeCommitted(history: HistoryEvent[], client: RawClient): Promise<void> {
  const askedAt = history.length;
  const indexes = Array.from({ length: partitions }, (_, partition) => partition);
  const answer = await client.send({ request: offsetFetchRequest, response: offsetFetchResponse }, 7, {
    groupId: group,
    topics: [{ name: topic, partitionIndexes: indexes }],
  });
  const found = answer.topics[0]?.partitions ?? [];
  assert.equal(found.length, partitions);
  for (const { partitionIndex, committedOffset, errorCode } of found) {
    assert.equal(errorCode, 0);
    const partition = partitionName(partitionIndex);
    history.push({ kind: 'committedSeen', group, partition, offset: committedOffset, askedAt });
  }
}

/** Polls all that readers of committed records can see, with a client of its own that nothing else depends on. */
export async function readEverything(history: HistoryEvent[], fixture: Fixture): Promise<void> {
  history.push({ kind: 'assigned', client: 'auditor' });
  for (let partition = 0; partition < partitions; partition++) {
    for (let offset = 0n; ; ) {
      const { next, end } = await readOn(history, fixture, { partition, offset });
      if (next >= end) break;
      assert.ok(next > offset, `nothing more comes at ${partitionName(partition)}@${offset}, the end is ${end}`);
      offset = next;
    }
    history.push({ kind: 'readToEnd', partition: partitionName(partition) });
  }
}

async function readOn(history: HistoryEvent[], fixture: Fixture, from: { partition: number; offset: bigint }) {
  const { partition, offset } = from;
  const found = await fixture.fetch(offset, { topic, partition, isolationLevel: readCommitted });
  assert.equal(found.error, 'NONE');
  assert.equal(found.lastStableOffset, found.highWatermark, 'a transaction is still open');
  const aborted = (found.abortedTransactions ?? []).sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  let next = offset;
  for (const batch of found.batches) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= batch.lastOffset) {
      aborting.add(aborted.shift()?.producerId ?? -1n);
    }
    if (batch.isControl) aborting.delete(batch.producerId);
    else if (!(batch.isTransactional && aborting.has(batch.producerId))) {
      const records = [...batchRecords(batch)]
        .map(({ value }, i) => ({ offset: batch.baseOffset + BigInt(i), value: value?.toString() ?? '' }))
        .filter((each) => each.offset >= offset);
      history.push({ kind: 'poll', client: 'auditor', partition: partitionName(partition), records });
    }
    next = batch.lastOffset + 1n;
  }
  return { next, end: found.highWatermark };
}
