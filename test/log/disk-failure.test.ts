import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { systemError } from '../../src/base/memory-file-system.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog } from './open-log.ts';
import { readValues } from './read-values.ts';

test('a disk that fills up at any byte of an append refuses it, keeps no part of it, and takes it once there is room', async () => {
  for (const config of [{}, { segmentBytes: 100 }]) {
    for (let room = 0; room < 400; room++) {
      const fileSystem = new UnreliableFileSystem();
      const log = await openLog({ fileSystem, config });
      await appendDurably(log, batchOf(['a'], { producerId: 1n, producerEpoch: 0, baseSequence: 0 }));
      fileSystem.roomBytes = room;
      const refused = log.append(batchOf(['b']), { leaderEpoch: 0, origin: 'client' });
      if (refused.ok) break;
      assert.equal(refused.error, 'KAFKA_STORAGE_ERROR');
      assert.ok(isFault(refused.cause, 'DISK_FULL'));
      assert.equal(log.failure, undefined);
      assert.equal(log.logEndOffset, 1n);
      fileSystem.roomBytes = Number.POSITIVE_INFINITY;
      assert.equal(await appendDurably(log, batchOf(['c'])), 1n);
      const expected = [
        { offset: 0n, value: 'a' },
        { offset: 1n, value: 'c' },
      ];
      assert.deepEqual(readValues(log), expected);
      fileSystem.killProcess();
      assert.deepEqual(readValues(await openLog({ fileSystem, config })), expected, `${room} bytes of room`);
    }
  }
});

test('a new segment that the disk had no room for leaves nothing behind that cuts off later records', async () => {
  const config = { segmentBytes: 220 };
  for (let room = 0; room < 400; room++) {
    const fileSystem = new UnreliableFileSystem();
    const log = await openLog({ fileSystem, config });
    await appendDurably(log, batchOf(['a'], { producerId: 1n, producerEpoch: 0, baseSequence: 0 }));
    fileSystem.roomBytes = room;
    const large = 'b'.repeat(120);
    const refused = log.append(batchOf([large]), { leaderEpoch: 0, origin: 'client' });
    if (refused.ok) break;
    fileSystem.roomBytes = Number.POSITIVE_INFINITY;
    assert.equal(await appendDurably(log, batchOf(['fits'])), 1n);
    assert.equal(await appendDurably(log, batchOf([large])), 2n);
    const expected = ['a', 'fits', large].map((value, offset) => ({ offset: BigInt(offset), value }));
    fileSystem.killProcess();
    assert.deepEqual(readValues(await openLog({ fileSystem, config })), expected, `${room} bytes of room`);
  }
});

test('a disk with room for the records of a new leader epoch and for nothing else takes them, and goes on', async () => {
  const fileSystem = new UnreliableFileSystem();
  const config = { segmentBytes: 200 };
  const log = await openLog({ fileSystem, config });
  await appendDurably(log, batchOf(['of epoch 0']));
  withoutRoomForEpochs(fileSystem);
  for (let n = 1; n <= 5; n++) await appendDurably(log, batchOf([`of epoch ${n}`]), n);
  assert.equal(log.failure, undefined);
  assert.equal(log.highWatermark, 6n);
  assert.equal(log.recoveryPoint, 1n, 'what comes after has to be read for its epochs after a crash');
  const { recoveryPoint } = log;
  const again = await openLog({
    ...{ fileSystem: fileSystem.afterPowerLoss({ keeps: 'nothing' }), config, recoveryPoint },
  });
  for (let n = 0; n < 5; n++)
    assert.deepEqual(again.offsetForLeaderEpoch(n), { leaderEpoch: n, endOffset: BigInt(n + 1) });
});

test('leader epochs that found no room are written down with the next records, or the log is not closed in order', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  withoutRoomForEpochs(fileSystem);
  await appendDurably(log, batchOf(['a']), 3);
  fileSystem.beforeChange = undefined;
  await appendDurably(log, batchOf(['b']), 3);
  assert.equal(`${fileSystem.bytesOf(epochsPath)}`, '0\n1\n3 0\n');
  assert.equal(log.recoveryPoint, 2n);
  withoutRoomForEpochs(fileSystem);
  await appendDurably(log, batchOf(['c']), 4);
  await assert.rejects(log.close(), /no room/);
});

const epochsPath = '/data/topic-0/leader-epoch-checkpoint';

function withoutRoomForEpochs(fileSystem: UnreliableFileSystem): void {
  fileSystem.beforeChange = (path) => {
    if (path.startsWith(epochsPath)) throw systemError('ENOSPC', 'no room');
  };
}

test('writes that the system takes in small pieces are completed', async () => {
  const fileSystem = new UnreliableFileSystem();
  fileSystem.longestWrite = 7;
  const log = await openLog({ fileSystem });
  await appendDurably(log, batchOf(['a', 'b']));
  assert.equal(readValues(log).length, 2);
});

test('a failed flush ends the log: nothing is acknowledged or shown that may be lost, now or later', async () => {
  const fileSystem = new UnreliableFileSystem();
  const reports: string[] = [];
  const log = await openLog({ fileSystem, report: (line) => reports.push(line) });
  await appendDurably(log, batchOf(['safe']));
  fileSystem.beforeSync = () => {
    throw systemError('EIO', 'the disk is broken');
  };
  const outcome = log.append(batchOf(['unsafe']), { leaderEpoch: 0, origin: 'client' });
  assert.ok(outcome.ok);
  await assert.rejects(outcome.durable, (error) => isFault(error, 'LOG_FAILED'));
  fileSystem.beforeSync = undefined;
  assert.equal(log.highWatermark, 1n);
  assert.equal(log.recoveryPoint, 1n);
  assert.deepEqual(readValues(log), [{ offset: 0n, value: 'safe' }]);
  const later = log.append(batchOf(['later']), { leaderEpoch: 0, origin: 'client' });
  assert.ok(!later.ok && isFault(later.cause, 'LOG_FAILED'));
  await assert.rejects(log.flush(), (error) => isFault(error, 'LOG_FAILED'));
  await assert.rejects(log.close(), (error) => isFault(error, 'LOG_FAILED'));
  assert.equal(reports.length, 1);
});

test('appends made while a flush is failing are told, too', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  const started = Promise.withResolvers<void>();
  const disk = Promise.withResolvers<void>();
  fileSystem.beforeSync = () => {
    started.resolve();
    return disk.promise;
  };
  const first = log.append(batchOf(['a']), { leaderEpoch: 0, origin: 'client' });
  await started.promise;
  const second = log.append(batchOf(['b']), { leaderEpoch: 0, origin: 'client' });
  disk.reject(systemError('EIO', 'the disk is broken'));
  assert.ok(first.ok && second.ok);
  await assert.rejects(first.durable, (error) => isFault(error, 'LOG_FAILED'));
  await assert.rejects(second.durable, (error) => isFault(error, 'LOG_FAILED'));
});

test('a write that fails for another reason than room ends the log', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  await appendDurably(log, batchOf(['a']));
  fileSystem.beforeChange = (path) => {
    if (path.endsWith('.log')) throw systemError('EIO', 'the disk is broken');
  };
  const outcome = log.append(batchOf(['b']), { leaderEpoch: 0, origin: 'client' });
  assert.ok(!outcome.ok && isFault(outcome.cause, 'LOG_FAILED'));
  assert.ok(isFault(log.failure, 'LOG_FAILED'));
  assert.equal(readValues(log).length, 1);
});
