import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppendOutcome } from '../../src/log/outcomes.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import type { NewBatch } from '../../src/wire/records.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { batchOf, openLog, sequenced } from './open-log.ts';

function send(log: PartitionLog, batch: Partial<NewBatch>, values = ['x']): AppendOutcome {
  return log.append(sequenced(values, batch), { leaderEpoch: 0, origin: 'client' });
}

function accepted(outcome: AppendOutcome): { baseOffset: bigint; duplicate: boolean } {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.message);
  return { baseOffset: outcome.baseOffset, duplicate: outcome.duplicate };
}

function errorOf(outcome: AppendOutcome): string {
  return outcome.ok ? 'accepted' : outcome.error;
}

test('a batch that is sent again is answered with its first offset and not written again', async () => {
  const log = await openLog();
  accepted(send(log, { baseSequence: 0 }, ['a', 'b', 'c']));
  accepted(send(log, { baseSequence: 3 }, ['d']));
  assert.deepEqual(accepted(send(log, { baseSequence: 0 }, ['a', 'b', 'c'])), { baseOffset: 0n, duplicate: true });
  assert.deepEqual(accepted(send(log, { baseSequence: 3 }, ['d'])), { baseOffset: 3n, duplicate: true });
  assert.equal(log.logEndOffset, 4n);
});

test('a repeated batch is acknowledged only when the first one is on the disk', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  const gate = Promise.withResolvers<void>();
  fileSystem.beforeSync = () => gate.promise;
  send(log, { baseSequence: 0 });
  const again = send(log, { baseSequence: 0 });
  assert.ok(again.ok);
  let isDurable = false;
  void again.durable.then(() => {
    isDurable = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isDurable, false);
  gate.resolve();
  await again.durable;
  assert.equal(log.highWatermark, 1n);
});

test('five batches of a producer are remembered, and an older one is out of order', async () => {
  const log = await openLog();
  for (let n = 0; n < 6; n++) accepted(send(log, { baseSequence: n }));
  for (let n = 1; n < 6; n++)
    assert.deepEqual(accepted(send(log, { baseSequence: n })), { baseOffset: BigInt(n), duplicate: true });
  assert.equal(errorOf(send(log, { baseSequence: 0 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
});

test('a gap in the sequence numbers is refused, and the number that was missing is then accepted', async () => {
  const log = await openLog();
  accepted(send(log, { baseSequence: 0 }));
  assert.equal(errorOf(send(log, { baseSequence: 2 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  accepted(send(log, { baseSequence: 1 }));
});

test('a producer that the log does not know may begin with any sequence number, as in Apache Kafka', async () => {
  const log = await openLog();
  assert.deepEqual(accepted(send(log, { baseSequence: 17 })), { baseOffset: 0n, duplicate: false });
});

test('sequence numbers wrap from 2³¹ − 1 to 0', async () => {
  const log = await openLog();
  accepted(send(log, { baseSequence: 0x7ffffffe }, ['a', 'b']));
  accepted(send(log, { baseSequence: 0 }));
  const other = await openLog();
  accepted(send(other, { baseSequence: 0x7fffffff }, ['a', 'b', 'c']));
  accepted(send(other, { baseSequence: 2 }));
});

test('a new producer epoch begins at 0, and the old one is fenced', async () => {
  const log = await openLog();
  accepted(send(log, { baseSequence: 0 }));
  assert.equal(errorOf(send(log, { producerEpoch: 1, baseSequence: 1 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  accepted(send(log, { producerEpoch: 1, baseSequence: 0 }));
  assert.equal(errorOf(send(log, { producerEpoch: 0, baseSequence: 1 })), 'INVALID_PRODUCER_EPOCH');
});

test('producers are remembered over an orderly end, with all five batches, and over a crash', async () => {
  for (const cleanShutdown of [true, false]) {
    const fileSystem = new UnreliableFileSystem();
    const config = { segmentBytes: 250 };
    const first = await openLog({ fileSystem, config });
    for (let n = 0; n < 8; n++) accepted(send(first, { baseSequence: n }));
    await first.flush();
    const { recoveryPoint } = cleanShutdown ? await first.close() : { recoveryPoint: 2n };
    const log = await openLog({ fileSystem, config, cleanShutdown, recoveryPoint });
    for (let n = 3; n < 8; n++)
      assert.deepEqual(accepted(send(log, { baseSequence: n })), { baseOffset: BigInt(n), duplicate: true });
    assert.equal(errorOf(send(log, { baseSequence: 9 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    accepted(send(log, { baseSequence: 8 }));
  }
});

test('a damaged snapshot is passed over and the log replayed instead', async () => {
  const fileSystem = new UnreliableFileSystem();
  const first = await openLog({ fileSystem });
  for (let n = 0; n < 3; n++) accepted(send(first, { baseSequence: n }));
  const { recoveryPoint } = await first.close();
  fileSystem.overwrite('/data/topic-0/00000000000000000003.snapshot', (bytes) => bytes.fill(0, 12, 20));
  const log = await openLog({ fileSystem, cleanShutdown: true, recoveryPoint });
  assert.equal(accepted(send(log, { baseSequence: 2 })).duplicate, true);
});

test('a batch that recovery cut off is not remembered: sent again, it is written', async () => {
  const fileSystem = new UnreliableFileSystem();
  const first = await openLog({ fileSystem });
  for (let n = 0; n < 3; n++) accepted(send(first, { baseSequence: n }));
  await first.flush();
  fileSystem.overwrite('/data/topic-0/00000000000000000000.log', (bytes) => bytes.subarray(0, bytes.length - 1));
  const log = await openLog({ fileSystem });
  assert.deepEqual(accepted(send(log, { baseSequence: 2 })), { baseOffset: 2n, duplicate: false });
});

test('silent producers are forgotten, but not one with a transaction open', async () => {
  const log = await openLog({ config: { producerIdExpirationMs: 1000 } });
  accepted(send(log, { baseSequence: 0 }));
  accepted(send(log, { producerId: 8n, baseSequence: 0, isTransactional: true }));
  await log.enforceRetention(1_700_000_000_000 + 1001);
  assert.deepEqual([...log.producers.keys()], [8n]);
});

test('a producer whose records have no time is forgotten one period after it was found silent', async () => {
  const log = await openLog({ config: { producerIdExpirationMs: 1000 } });
  accepted(send(log, { baseSequence: 0, timestamp: -1n }));
  await log.enforceRetention(1_700_000_000_000);
  await log.enforceRetention(1_700_000_001_000);
  assert.equal(log.producers.size, 1);
  await log.enforceRetention(1_700_000_001_001);
  assert.equal(log.producers.size, 0);
});

test('a refused batch leaves no trace in the producer state', async () => {
  const log = await openLog({ config: { segmentBytes: 50 } });
  assert.equal(errorOf(send(log, { baseSequence: 0 })), 'RECORD_LIST_TOO_LARGE');
  assert.equal(log.producers.size, 0);
});

test('batches are checked as Apache Kafka checks them', async () => {
  const log = await openLog({ config: { maxMessageBytes: 300 } });
  const append = (bytes: Buffer) => errorOf(log.append(bytes, { leaderEpoch: 0, origin: 'client' }));
  const edited = (edit: (bytes: Buffer) => void): Buffer => {
    const bytes = batchOf(['a']);
    edit(bytes);
    return bytes;
  };
  assert.equal(append(Buffer.alloc(0)), 'INVALID_RECORD');
  assert.equal(append(Buffer.alloc(61)), 'UNSUPPORTED_FOR_MESSAGE_FORMAT');
  assert.equal(append(edited((bytes) => bytes.writeInt8(3, 16))), 'CORRUPT_MESSAGE');
  assert.equal(append(edited((bytes) => bytes.writeInt8(9, 65))), 'CORRUPT_MESSAGE');
  assert.equal(append(batchOf(['a']).subarray(0, 65)), 'CORRUPT_MESSAGE');
  assert.equal(append(edited((bytes) => bytes.writeInt32BE(-20, 8))), 'CORRUPT_MESSAGE');
  assert.equal(append(edited((bytes) => bytes.writeInt32BE(0x7fffffff, 8))), 'CORRUPT_MESSAGE');
  assert.equal(append(batchOf(['x'.repeat(300)])), 'MESSAGE_TOO_LARGE');
  assert.equal(append(Buffer.concat([batchOf(['a']), batchOf(['b'])])), 'INVALID_RECORD');
  assert.equal(append(batchOf(['a'], { isControl: true })), 'INVALID_RECORD');
  assert.equal(append(batchOf(['a'], { lastOffsetDelta: 4 })), 'INVALID_RECORD');
  assert.equal(append(batchOf(['a'], { producerId: 3n, producerEpoch: 0, baseSequence: -1 })), 'INVALID_RECORD');
  assert.equal(append(batchOf(['a'], { timestamp: 1_700_003_600_001n })), 'INVALID_TIMESTAMP');
  assert.equal(append(batchOf(['a'], { timestamp: 1_700_003_600_000n })), 'accepted');
  assert.equal(log.logEndOffset, 1n);
});
