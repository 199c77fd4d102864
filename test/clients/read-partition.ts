import assert from 'node:assert/strict';
import { fetchRequest, fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { batchAt, type RecordBatch } from '../../src/wire/record-batch.ts';
import { batchRecords } from '../../src/wire/records.ts';
import { RawClient } from '../contract/raw-client.ts';

const readCommitted = 1;

export interface PartitionContent {
  /** Every batch, control batches too, as the broker sent it. */
  bytes: Buffer;
  logStartOffset: bigint;
  highWatermark: bigint;
  lastStableOffset: bigint;
  /** Of read_committed fetches: `producer id @ first offset`. */
  aborted: string[];
  /** Values as an application that reads committed records sees them. */
  committedValues: (string | null)[];
}

/** Reads partition 0 of a topic from its start to its end, as a consumer of committed records. */
export async function readPartition(bootstrap: string, topic: string): Promise<PartitionContent> {
  const client = await RawClient.connect(bootstrap);
  try {
    const parts: Buffer[] = [];
    const aborted = new Map<string, { producerId: bigint; firstOffset: bigint }>();
    for (let fetchOffset = 0n; ; ) {
      const answer = await fetchOnce(client, topic, fetchOffset);
      const batches = wholeBatches(answer.records ?? Buffer.alloc(0));
      for (const each of answer.abortedTransactions ?? [])
        aborted.set(`${each.producerId} @ ${each.firstOffset}`, each);
      parts.push(...batches.map(({ bytes }) => bytes));
      const last = batches.at(-1);
      if (last !== undefined) fetchOffset = last.lastOffset + 1n;
      if (last !== undefined && fetchOffset < answer.lastStableOffset) continue;
      const bytes = Buffer.concat(parts);
      const { logStartOffset = -1n, highWatermark, lastStableOffset = -1n } = answer;
      const committedValues = visibleValues(wholeBatches(bytes), [...aborted.values()]);
      return { bytes, logStartOffset, highWatermark, lastStableOffset, aborted: [...aborted.keys()], committedValues };
    }
  } finally {
    client.close();
  }
}

async function fetchOnce(client: RawClient, topic: string, fetchOffset: bigint) {
  const partitionMaxBytes = 1_000_000;
  const { responses } = await client.send({ request: fetchRequest, response: fetchResponse }, 12, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: partitionMaxBytes,
    isolationLevel: readCommitted,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes }] }],
  });
  const answer = responses[0]?.partitions[0];
  assert.equal(answer?.errorCode, 0);
  return answer as NonNullable<typeof answer>;
}

/** Apache Kafka may cut the last batch of an answer short. */
function wholeBatches(records: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let position = 0; ; ) {
    const found = batchAt(records, position);
    if (found.kind !== 'batch') return batches;
    assert.ok(found.batch.isCrcValid(), `the checksum of the batch at offset ${found.batch.baseOffset}`);
    batches.push(found.batch);
    position = found.batch.endPosition;
  }
}

/** What a client makes of batches and the list of aborted transactions: Apache's consumer does the same. */
function visibleValues(
  batches: readonly RecordBatch[],
  aborted: readonly { producerId: bigint; firstOffset: bigint }[],
): (string | null)[] {
  const values: (string | null)[] = [];
  const abortedNow = new Set<bigint>();
  for (const batch of batches) {
    for (const { producerId, firstOffset } of aborted)
      if (firstOffset >= batch.baseOffset && firstOffset <= batch.lastOffset) abortedNow.add(producerId);
    if (batch.isControl) abortedNow.delete(batch.producerId);
    else if (!batch.isTransactional || !abortedNow.has(batch.producerId))
      values.push(...[...batchRecords(batch)].map(({ value }) => value?.toString() ?? null));
  }
  return values;
}
