import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireError } from '../../src/wire/codec/wire-error.ts';
import { batchAt, batchHeaderBytes, recordBatches, requireBatch } from '../../src/wire/record-batch.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { apacheBatches, apacheCommitMarker } from './apache-batches.ts';

function apacheBatch(): Buffer {
  return Buffer.from(apacheBatches.none, 'hex');
}

test('every header field of a batch from Apache’s client is read', () => {
  const batch = requireBatch(apacheBatch());
  assert.equal(batch.sizeBytes, 0xb8 + 12);
  assert.equal(batch.baseOffset, 42n);
  assert.equal(batch.lastOffset, 44n);
  assert.equal(batch.leaderEpoch, 5);
  assert.equal(batch.magic, 2);
  assert.equal(batch.crc, 0x08255804);
  assert.equal(batch.compression, 'none');
  assert.equal(batch.timestampType, 'CreateTime');
  assert.equal(batch.isTransactional, true);
  assert.equal(batch.isControl, false);
  assert.equal(batch.deleteHorizonMs, undefined);
  assert.equal(batch.lastOffsetDelta, 2);
  assert.equal(batch.baseTimestamp, 1_700_000_000_123n);
  assert.equal(batch.maxTimestamp, 1_700_000_000_200n);
  assert.equal(batch.producerId, 7n);
  assert.equal(batch.producerEpoch, 3);
  assert.equal(batch.baseSequence, 11);
  assert.equal(batch.lastSequence, 13);
  assert.equal(batch.recordCount, 3);
});

test('a control batch says that it is one', () => {
  const batch = requireBatch(Buffer.from(apacheCommitMarker, 'hex'));
  assert.equal(batch.isControl, true);
  assert.equal(batch.isTransactional, true);
  assert.equal(batch.lastSequence, -1);
});

test('the checksum covers every bit after it and none before it', () => {
  const original = apacheBatch();
  assert.ok(requireBatch(original).isCrcValid());
  for (let at = 17; at < original.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(original);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      assert.equal(requireBatch(flipped).isCrcValid(), false, `byte ${at}, bit ${bit}`);
    }
  }
});

test('base offset and leader epoch are set in place without touching the checksum', () => {
  const buffer = apacheBatch();
  const batch = requireBatch(buffer);
  batch.baseOffset = 9_000_000_000n;
  batch.leaderEpoch = 17;
  const again = requireBatch(buffer);
  assert.equal(again.baseOffset, 9_000_000_000n);
  assert.equal(again.lastOffset, 9_000_000_002n);
  assert.equal(again.leaderEpoch, 17);
  assert.ok(again.isCrcValid());
  assert.deepEqual(buffer.subarray(12 + 4), apacheBatch().subarray(12 + 4));
});

test('stamping the append time changes type, max timestamp and checksum, and nothing else', () => {
  const buffer = apacheBatch();
  requireBatch(buffer).stampLogAppendTime(1_800_000_000_000n);
  const batch = requireBatch(buffer);
  assert.equal(batch.timestampType, 'LogAppendTime');
  assert.equal(batch.maxTimestamp, 1_800_000_000_000n);
  assert.equal(batch.baseTimestamp, 1_700_000_000_123n);
  assert.equal(batch.isTransactional, true);
  assert.ok(batch.isCrcValid());
});

test('all batches of a buffer are found, each where it begins', () => {
  const all = Object.values(apacheBatches).map((hex) => Buffer.from(hex, 'hex'));
  const found = [...recordBatches(Buffer.concat(all))];
  assert.deepEqual(
    found.map(({ compression }) => compression),
    ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  );
  assert.ok(found.every((batch) => batch.isCrcValid()));
  assert.deepEqual(
    found.map(({ sizeBytes }) => sizeBytes),
    all.map(({ length }) => length),
  );
  assert.equal(found[1]?.position, all[0]?.length);
  assert.deepEqual(found[1]?.bytes, all[1]);
});

test('a batch cut at any byte is short, and says how much it needs once its size can be read', () => {
  const whole = apacheBatch();
  for (let length = 0; length < whole.length; length++) {
    const found = batchAt(whole, 0, length);
    assert.deepEqual(found, { kind: 'short', neededBytes: length > 16 ? whole.length : batchHeaderBytes }, `${length}`);
  }
  assert.equal(batchAt(whole, 0).kind, 'batch');
});

test('a hostile batch length never leads outside the buffer', () => {
  for (const length of [-1, 0, -0x80000000, 48, 0x7fffffff]) {
    const buffer = apacheBatch();
    buffer.writeInt32BE(length, 8);
    assert.notEqual(batchAt(buffer, 0).kind, 'batch', `${length}`);
    assert.throws(() => [...recordBatches(buffer)], WireError);
  }
});

test('old formats and rubbish are named as what they are', () => {
  const old = apacheBatch();
  old.writeInt8(1, 16);
  assert.deepEqual(batchAt(old, 0), { kind: 'corrupt', reason: 'magic is 1, not 2' });
  assert.throws(() => requireBatch(old), { kind: 'corrupt-batch' });
  assert.throws(() => requireBatch(Buffer.alloc(5)), { kind: 'truncated' });
});

test('sequence numbers wrap after 2³¹ − 1', () => {
  const records = [{}, {}, {}];
  const batch = requireBatch(encodeBatch({ records, producerId: 1n, producerEpoch: 0, baseSequence: 0x7ffffffe }));
  assert.equal(batch.lastSequence, 0);
});
