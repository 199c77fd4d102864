import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireError } from '../../src/wire/codec/wire-error.ts';
import { compressionNames, type RecordBatch, requireBatch } from '../../src/wire/record-batch.ts';
import { batchRecords, encodeBatch, timestampOf } from '../../src/wire/records.ts';
import { apacheBatches, apacheRecords } from './apache-batches.ts';

function read(batch: RecordBatch): unknown[] {
  return [...batchRecords(batch)].map((record) => ({
    timestamp: timestampOf(batch, record),
    key: record.key,
    value: record.value,
    headers: [...record.headers],
  }));
}

for (const compression of compressionNames) {
  test(`records of Apache’s client are read, compression ${compression}`, () => {
    const batch = requireBatch(Buffer.from(apacheBatches[compression], 'hex'));
    assert.ok(batch.isCrcValid());
    assert.equal(batch.compression, compression);
    assert.deepEqual(read(batch), apacheRecords);
    assert.deepEqual(
      [...batchRecords(batch)].map(({ offsetDelta }) => offsetDelta),
      [0, 1, 2],
    );
  });

  test(`records read back as written, compression ${compression}`, () => {
    const records = Array.from({ length: 300 }, (_, i) => ({
      timestamp: 1_000n + BigInt((i * 7) % 13) - 6n,
      key: i % 3 === 0 ? null : Buffer.from(`key ${i}`),
      value: i % 5 === 0 ? null : Buffer.alloc(i * 10, `value ${i} `),
      headers: i % 2 === 0 ? [] : [{ key: 'é', value: i % 4 === 1 ? null : Buffer.from([i & 255]) }],
    }));
    const batch = requireBatch(encodeBatch({ records, compression, baseOffset: 5n }));
    assert.ok(batch.isCrcValid());
    assert.equal(batch.lastOffset, 304n);
    assert.deepEqual(read(batch), records);
  });
}

test('the writer makes the very bytes that Apache’s client makes', () => {
  const bytes = encodeBatch({
    baseOffset: 42n,
    leaderEpoch: 5,
    isTransactional: true,
    producerId: 7n,
    producerEpoch: 3,
    baseSequence: 11,
    records: apacheRecords,
  });
  assert.equal(bytes.toString('hex'), apacheBatches.none);
});

test('with LogAppendTime every record has the time of the append', () => {
  const buffer = encodeBatch({ records: [{ timestamp: 1n }, { timestamp: 5n }] });
  requireBatch(buffer).stampLogAppendTime(99n);
  const batch = requireBatch(buffer);
  assert.deepEqual(
    [...batchRecords(batch)].map((record) => timestampOf(batch, record)),
    [99n, 99n],
  );
});

test('a batch may keep offsets that compaction has taken the records from', () => {
  const records = [{ offsetDelta: 3, value: Buffer.from('a') }, { offsetDelta: 8 }];
  const batch = requireBatch(encodeBatch({ records, baseOffset: 100n, lastOffsetDelta: 20 }));
  assert.equal(batch.lastOffset, 120n);
  assert.deepEqual(
    [...batchRecords(batch)].map(({ offsetDelta }) => offsetDelta),
    [3, 8],
  );
});

test('a delete horizon takes the place of the base timestamp, and record times stay', () => {
  const records = [{ timestamp: 50n, key: Buffer.from('k') }, { timestamp: 40n }];
  const batch = requireBatch(encodeBatch({ records, deleteHorizonMs: 9_000n }));
  assert.equal(batch.deleteHorizonMs, 9_000n);
  assert.equal(batch.maxTimestamp, 50n);
  assert.deepEqual(
    [...batchRecords(batch)].map((record) => timestampOf(batch, record)),
    [50n, 40n],
  );
});

test('an empty batch has no records and a last offset before its first', () => {
  const batch = requireBatch(encodeBatch({ records: [], timestamp: 7n }));
  assert.deepEqual(read(batch), []);
  assert.equal(batch.recordCount, 0);
  assert.equal(batch.maxTimestamp, 7n);
});

test('damage inside the records ends in a WireError or in other records, never in anything else', () => {
  let refused = 0;
  for (const hex of Object.values(apacheBatches)) {
    const original = Buffer.from(hex, 'hex');
    for (let at = 57; at < original.length; at++) {
      for (const damage of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const damaged = Buffer.from(original);
        damaged[at] = damage;
        try {
          read(requireBatch(damaged));
        } catch (error) {
          assert.ok(error instanceof WireError, `byte ${at} = ${damage}: ${error}`);
          refused++;
        }
      }
    }
  }
  assert.ok(refused > 500, `only ${refused} were refused`);
});

test('a record count that the bytes cannot hold is refused before anything is made for it', () => {
  for (const count of [-1, 4, 0x7fffffff]) {
    const buffer = Buffer.from(apacheBatches.none, 'hex');
    buffer.writeInt32BE(count, 57);
    assert.throws(() => [...batchRecords(requireBatch(buffer))], WireError, `${count}`);
  }
});

test('bytes behind the last record are refused', () => {
  const buffer = Buffer.from(apacheBatches.none, 'hex');
  buffer.writeInt32BE(2, 57);
  assert.throws(() => [...batchRecords(requireBatch(buffer))], { kind: 'corrupt-batch' });
});

test('a compression that does not exist is refused', () => {
  const buffer = Buffer.from(apacheBatches.none, 'hex');
  buffer.writeInt16BE(7, 21);
  assert.equal(requireBatch(buffer).compression, undefined);
  assert.throws(() => [...batchRecords(requireBatch(buffer))], { kind: 'corrupt-batch' });
});
