import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTransactionEnd, encodeTransactionEnd } from '../../src/wire/control-record.ts';
import { requireBatch } from '../../src/wire/record-batch.ts';
import { batchRecords, encodeBatch } from '../../src/wire/records.ts';
import { apacheCommitMarker } from './apache-batches.ts';

test('the commit marker of Apache’s library is read, and written to the same bytes', () => {
  const marker = Buffer.from(apacheCommitMarker, 'hex');
  const [record] = batchRecords(requireBatch(marker));
  assert.ok(record);
  const end = decodeTransactionEnd(record);
  assert.deepEqual(end, { result: 'commit', coordinatorEpoch: 4 });
  const written = encodeBatch({
    baseOffset: 99n,
    leaderEpoch: 5,
    timestamp: 1_700_000_000_123n,
    isTransactional: true,
    isControl: true,
    producerId: 7n,
    producerEpoch: 3,
    records: [encodeTransactionEnd({ result: 'commit', coordinatorEpoch: 4 })],
  });
  assert.equal(written.toString('hex'), apacheCommitMarker);
});

test('an abort reads back; other control records are no end of a transaction', () => {
  const abort = encodeTransactionEnd({ result: 'abort', coordinatorEpoch: 0 });
  assert.deepEqual(decodeTransactionEnd(abort), { result: 'abort', coordinatorEpoch: 0 });
  const leaderChange = { key: Buffer.from('00000002', 'hex'), value: Buffer.alloc(6) };
  assert.equal(decodeTransactionEnd(leaderChange), undefined);
  assert.equal(decodeTransactionEnd({ key: null, value: null }), undefined);
});

test('a marker may say when its transaction began', () => {
  const end = { result: 'commit', coordinatorEpoch: 4, startedMs: 1_700_000_000_123 } as const;
  const marker = encodeBatch({
    timestamp: 0n,
    isTransactional: true,
    isControl: true,
    records: [encodeTransactionEnd(end)],
  });
  const [record] = batchRecords(requireBatch(marker));
  assert.deepEqual(record && decodeTransactionEnd(record), end);
});
