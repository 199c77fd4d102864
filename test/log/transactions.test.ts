import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { encodeTransactionEnd } from '../../src/wire/control-record.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { seededRandom, UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, sequenced } from './open-log.ts';

async function write(log: PartitionLog, producerId: bigint, baseSequence: number): Promise<bigint> {
  return appendDurably(log, sequenced(['x'], { producerId, baseSequence, isTransactional: true }));
}

async function end(
  log: PartitionLog,
  producerId: bigint,
  result: 'commit' | 'abort',
  coordinatorEpoch = 0,
): Promise<string> {
  const record = encodeTransactionEnd({ result, coordinatorEpoch });
  const marker = { records: [record], isControl: true, isTransactional: true, producerId, producerEpoch: 0 };
  const outcome = log.append(encodeBatch(marker), { leaderEpoch: 0, origin: 'coordinator' });
  if (!outcome.ok) return outcome.error;
  await outcome.durable;
  return 'accepted';
}

function committed(log: PartitionLog, fromOffset: bigint) {
  const outcome = log.read(fromOffset, 1_000_000, { minOneBatch: true, upTo: 'lastStableOffset' });
  assert.ok(outcome.ok);
  return { nextOffset: outcome.nextOffset, aborted: outcome.aborted ?? [] };
}

test('the last stable offset waits at the first open transaction and moves when it ends', async () => {
  const log = await openLog();
  await appendDurably(log, batchOf(['plain']));
  await write(log, 1n, 0);
  await write(log, 2n, 0);
  await appendDurably(log, batchOf(['plain']));
  assert.equal(log.lastStableOffset, 1n);
  await end(log, 1n, 'commit');
  assert.equal(log.lastStableOffset, 2n);
  await end(log, 2n, 'abort');
  assert.equal(log.lastStableOffset, log.highWatermark);
  assert.equal(log.highWatermark, 6n);
});

test('an ended transaction stays unstable until its marker is on the disk', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  await write(log, 1n, 0);
  const gate = Promise.withResolvers<void>();
  fileSystem.beforeSync = () => gate.promise;
  const ended = end(log, 1n, 'commit');
  assert.equal(log.lastStableOffset, 0n);
  gate.resolve();
  await ended;
  assert.equal(log.lastStableOffset, 2n);
});

test('readers of committed records get the aborted transactions within what they read', async () => {
  for (const restart of ['none', 'clean', 'crash'] as const) {
    const fileSystem = new UnreliableFileSystem();
    const config = { segmentBytes: 200 };
    let log = await openLog({ fileSystem, config });
    await write(log, 1n, 0);
    await write(log, 2n, 0);
    await end(log, 1n, 'abort');
    await write(log, 1n, 1);
    await end(log, 2n, 'commit');
    await end(log, 1n, 'abort');
    await write(log, 3n, 0);
    if (restart !== 'none') {
      const cleanShutdown = restart === 'clean';
      const { recoveryPoint } = cleanShutdown ? await log.close() : { recoveryPoint: 3n };
      log = await openLog({ fileSystem, config, cleanShutdown, recoveryPoint });
    }
    assert.equal(log.lastStableOffset, 6n, restart);
    const found = [];
    for (let next = 0n; next < log.lastStableOffset; ) {
      const { nextOffset, aborted } = committed(log, next);
      found.push(aborted);
      next = nextOffset;
    }
    const both = log.abortedTransactions(0n, 6n);
    const [first, second] = [
      { producerId: 1n, firstOffset: 0n },
      { producerId: 1n, firstOffset: 3n },
    ];
    assert.deepEqual(both, [first, second], restart);
    assert.deepEqual(found, [[first], [first, second], [second]], restart);
    assert.equal(await end(log, 3n, 'commit'), 'accepted');
    assert.equal(log.lastStableOffset, 8n);
  }
});

test('a batch outside of the open transaction of its producer is refused', async () => {
  const log = await openLog();
  await write(log, 1n, 0);
  const plain = sequenced(['x'], { producerId: 1n, baseSequence: 1 });
  const outcome = log.append(plain, { leaderEpoch: 0, origin: 'client' });
  assert.ok(!outcome.ok && outcome.error === 'INVALID_TXN_STATE');
});

test('a marker of an older coordinator epoch is refused', async () => {
  const log = await openLog();
  await write(log, 1n, 0);
  assert.equal(await end(log, 1n, 'commit', 5), 'accepted');
  await write(log, 1n, 1);
  assert.equal(await end(log, 1n, 'commit', 4), 'TRANSACTION_COORDINATOR_FENCED');
  assert.equal(await end(log, 1n, 'abort', 5), 'accepted');
});

test('a power loss just after a segment was closed hides no aborted transaction of it', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const fileSystem = new UnreliableFileSystem();
    const config = { segmentBytes: 300 };
    const log = await openLog({ fileSystem, config });
    await write(log, 1n, 0);
    await end(log, 1n, 'abort');
    const { recoveryPoint } = log;
    assert.equal(recoveryPoint, 2n);
    assert.ok(log.append(batchOf(['x'.repeat(150)]), { leaderEpoch: 0, origin: 'client' }).ok);
    fileSystem.losePower({ keeps: 'anything', random: seededRandom(seed) });
    const again = await openLog({ fileSystem, config, recoveryPoint });
    assert.deepEqual(committed(again, 0n).aborted, [{ producerId: 1n, firstOffset: 0n }], `seed ${seed}`);
  }
});

test('a disk that fills up at any byte of an abort loses nothing of it, whichever way the log is opened again', async () => {
  for (const restart of ['clean', 'crash'] as const) {
    let isThrough = false;
    for (let room = 0; !isThrough; room++) {
      const fileSystem = new UnreliableFileSystem();
      const log = await openLog({ fileSystem });
      await write(log, 1n, 0);
      fileSystem.roomBytes = room;
      isThrough = (await end(log, 1n, 'abort')) === 'accepted' && fileSystem.roomBytes > 0;
      fileSystem.roomBytes = Number.POSITIVE_INFINITY;
      assert.equal(await end(log, 1n, 'abort'), 'accepted', 'as a coordinator asks again');
      const cleanShutdown = restart === 'clean';
      const recoveryPoint = cleanShutdown ? (await log.close()).recoveryPoint : 0n;
      if (!cleanShutdown) fileSystem.killProcess();
      const again = await openLog({ fileSystem, cleanShutdown, recoveryPoint });
      assert.equal(again.lastStableOffset, again.highWatermark);
      const aborted = [{ producerId: 1n, firstOffset: 0n }];
      assert.deepEqual(again.abortedTransactions(0n, 1n), aborted, `${restart}, ${room} bytes of room`);
    }
  }
});
