import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Flusher } from '../../src/log/flusher.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, StillClock } from './open-log.ts';
import { readValues } from './read-values.ts';

function holdSyncs(fileSystem: UnreliableFileSystem): { started: Promise<void>; release: () => void } {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  fileSystem.beforeSync = () => {
    started.resolve();
    return gate.promise;
  };
  return { started: started.promise, release: () => gate.resolve() };
}

test('an append is neither acknowledged nor shown before the disk has it', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  const disk = holdSyncs(fileSystem);
  const outcome = log.append(batchOf(['a']), { leaderEpoch: 0, origin: 'client' });
  assert.ok(outcome.ok);
  let isDurable = false;
  void outcome.durable.then(() => {
    isDurable = true;
  });
  await disk.started;
  assert.equal(isDurable, false);
  assert.equal(log.highWatermark, 0n);
  assert.equal(log.logEndOffset, 1n);
  assert.deepEqual(readValues(log), []);
  assert.equal(readValues(log, { upTo: 'logEnd' }).length, 1);
  disk.release();
  await outcome.durable;
  assert.equal(log.highWatermark, 1n);
  assert.equal(readValues(log).length, 1);
});

test('appends that come during a flush share the next one', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem });
  await appendDurably(log, batchOf(['a']));
  const before = fileSystem.syncs;
  const disk = holdSyncs(fileSystem);
  const first = log.append(batchOf(['b']), { leaderEpoch: 0, origin: 'client' });
  await disk.started;
  const others = Array.from({ length: 50 }, () => log.append(batchOf(['c']), { leaderEpoch: 0, origin: 'client' }));
  disk.release();
  for (const each of [first, ...others]) {
    assert.ok(each.ok);
    await each.durable;
  }
  assert.equal(fileSystem.syncs - before, 2);
  assert.equal(log.highWatermark, 52n);
});

test('logs are flushed beside each other, but no more than the flusher allows', async () => {
  const fileSystem = new UnreliableFileSystem();
  const flusher = new Flusher({ concurrency: 2 });
  const logs = await Promise.all(
    Array.from({ length: 6 }, (_, n) => openLog({ fileSystem, flusher, directory: `/data/topic-${n}` })),
  );
  for (const log of logs) await appendDurably(log, batchOf(['first']));
  let running = 0;
  let most = 0;
  fileSystem.beforeSync = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all(logs.map((log) => appendDurably(log, batchOf(['x']))));
  assert.equal(most, 2);
});

test('listeners hear of each new high watermark until they leave', async () => {
  const log = await openLog();
  const heard: bigint[] = [];
  const leave = log.onAdvance(() => heard.push(log.highWatermark));
  await appendDurably(log, batchOf(['a', 'b']));
  await appendDurably(log, batchOf(['c']));
  leave();
  await appendDurably(log, batchOf(['d']));
  assert.deepEqual(heard, [2n, 3n]);
});

test('with the policy never, appends are acknowledged and shown at once and flushed when the log is closed', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem, config: { flushPolicy: 'never' } });
  const before = fileSystem.syncs;
  await appendDurably(log, batchOf(['a']));
  assert.equal(log.highWatermark, 1n);
  assert.equal(log.recoveryPoint, 0n);
  assert.equal(fileSystem.syncs, before);
  assert.deepEqual(await log.close(), { recoveryPoint: 1n });
  fileSystem.losePower({ keeps: 'nothing' });
  const again = await openLog({ fileSystem, cleanShutdown: true, recoveryPoint: 1n });
  assert.equal(readValues(again).length, 1);
});

test('with the policy interval, a flush follows once the interval has passed', async () => {
  const clock = new StillClock();
  const log = await openLog({ clock, config: { flushPolicy: 'interval', flushIntervalMs: 500 } });
  await appendDurably(log, batchOf(['a']));
  await appendDurably(log, batchOf(['b']));
  clock.advance(499);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(log.recoveryPoint, 0n);
  clock.advance(1);
  await log.flush();
  assert.equal(log.recoveryPoint, 2n);
});

test('an append that nobody waits for asks for no flush, and is on the disk with the next one', async () => {
  const fileSystem = new UnreliableFileSystem();
  const clock = new StillClock();
  const log = await openLog({ fileSystem, clock });
  await appendDurably(log, batchOf(['a']));
  const before = fileSystem.syncs;
  const deferred = log.append(batchOf(['b']), { leaderEpoch: 0, origin: 'client', isDeferred: true });
  assert.ok(deferred.ok);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(log.highWatermark, 1n);
  await appendDurably(log, batchOf(['c']));
  await deferred.durable;
  assert.equal(fileSystem.syncs - before, 1);
  assert.equal(log.highWatermark, 3n);
});
