import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, type TestLogOptions } from './open-log.ts';
import { readValues } from './read-values.ts';

const firstLog = '/data/topic-0/00000000000000000000.log';

async function written(batches: readonly Buffer[], options: TestLogOptions = {}): Promise<UnreliableFileSystem> {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem, ...options });
  for (const batch of batches) await appendDurably(log, batch);
  return fileSystem;
}

async function valuesAfterRecovery(fileSystem: UnreliableFileSystem, options: TestLogOptions = {}): Promise<string[]> {
  const log = await openLog({ fileSystem, ...options });
  return readValues(log).map((each) => each.value);
}

test('a log cut at any byte of its last batch keeps all batches before, and takes appends', async () => {
  const last = batchOf(['last']);
  for (let cut = 1; cut <= last.length; cut++) {
    const fileSystem = await written([batchOf(['a', 'b']), batchOf(['last'])]);
    fileSystem.overwrite(firstLog, (bytes) => bytes.subarray(0, bytes.length - cut));
    const log = await openLog({ fileSystem });
    assert.deepEqual(
      readValues(log).map((each) => each.value),
      ['a', 'b'],
      `${cut} bytes missing`,
    );
    assert.equal(await appendDurably(log, batchOf(['c'])), 2n);
    assert.deepEqual(await valuesAfterRecovery(fileSystem), ['a', 'b', 'c']);
  }
});

test('a log with any bit of its last batch flipped keeps all batches before', async () => {
  const sound = await written([batchOf(['a', 'b']), batchOf(['last'])]);
  const bytes = sound.bytesOf(firstLog);
  const start = bytes.length - batchOf(['last']).length;
  const outsideTheChecksum: number[] = [];
  for (let bit = start * 8; bit < bytes.length * 8; bit++) {
    const fileSystem = await written([]);
    fileSystem.overwrite(firstLog, () => {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return damaged;
    });
    const values = await valuesAfterRecovery(fileSystem);
    assert.deepEqual(values.slice(0, 2), ['a', 'b'], `bit ${bit}`);
    if (values.length > 2) outsideTheChecksum.push((bit >> 3) - start);
  }
  const leaderEpochBytes = [12, 13, 14, 15];
  assert.deepEqual([...new Set(outsideTheChecksum)], leaderEpochBytes);
});

test('bytes after the last batch are cut off', async () => {
  for (const garbage of [Buffer.alloc(4096), Buffer.from([1]), Buffer.alloc(100, 0xff)]) {
    const fileSystem = await written([batchOf(['a'])]);
    const size = fileSystem.bytesOf(firstLog).length;
    fileSystem.overwrite(firstLog, (bytes) => Buffer.concat([bytes, garbage]));
    assert.deepEqual(await valuesAfterRecovery(fileSystem), ['a']);
    assert.equal(fileSystem.bytesOf(firstLog).length, size);
  }
});

test('segments behind a damaged one are removed, since nothing in them can have been acknowledged', async () => {
  const options = { config: { segmentBytes: 100 } };
  const fileSystem = await written([batchOf(['a']), batchOf(['b']), batchOf(['c'])], options);
  fileSystem.overwrite('/data/topic-0/00000000000000000001.log', (bytes) => bytes.subarray(0, 50));
  const reports: string[] = [];
  const log = await openLog({ fileSystem, ...options, report: (line) => reports.push(line) });
  assert.deepEqual(
    readValues(log).map((each) => each.value),
    ['a'],
  );
  assert.equal(fileSystem.stat('/data/topic-0/00000000000000000002.log'), undefined);
  assert.equal(fileSystem.stat('/data/topic-0/00000000000000000002.index'), undefined);
  assert.equal(reports.length, 2);
  assert.ok(fileSystem.bytesOf('/data/topic-0/00000000000000000002.log.cut').length > 61);
  assert.equal(await appendDurably(log, batchOf(['d'])), 1n);
});

test('what is cut off is kept when sound batches are in it, as after a flipped bit in the middle', async () => {
  const fileSystem = await written([batchOf(['a']), batchOf(['b']), batchOf(['c'])]);
  const size = batchOf(['a']).length;
  const before = fileSystem.bytesOf(firstLog);
  fileSystem.overwrite(firstLog, (bytes) => {
    bytes[size + 65] = (bytes[size + 65] ?? 0) ^ 1;
    return bytes;
  });
  assert.deepEqual(await valuesAfterRecovery(fileSystem), ['a']);
  const kept = fileSystem.bytesOf(`${firstLog}.${size}.cut`);
  assert.deepEqual(kept.subarray(size), before.subarray(2 * size));
  assert.equal(kept.length, 2 * size);
});

test('a segment behind a gap is removed after a crash: the one before it lost whole batches', async () => {
  const options = { config: { segmentBytes: 150 } };
  const fileSystem = await written([batchOf(['a']), batchOf(['b']), batchOf(['c'])], options);
  const size = batchOf(['a']).length;
  fileSystem.overwrite(firstLog, (bytes) => bytes.subarray(0, size));
  assert.deepEqual(await valuesAfterRecovery(fileSystem, options), ['a']);
});

test('damage below the recovery point is reported, not cut away', async () => {
  const fileSystem = await written([batchOf(['a']), batchOf(['b']), batchOf(['c'])]);
  const before = fileSystem.bytesOf(firstLog);
  fileSystem.overwrite(firstLog, (bytes) => bytes.fill(0, 80, 90));
  await assert.rejects(openLog({ fileSystem, recoveryPoint: 3n }), (error) => isFault(error, 'LOG_CORRUPT'));
  assert.equal(fileSystem.bytesOf(firstLog).length, before.length);
});

test('a missing, cut or senseless index is rebuilt, and looks up as before', async () => {
  const batches = Array.from({ length: 30 }, (_, n) => batchOf([`value ${n}`, 'x'.repeat(100)]));
  for (const kind of ['index', 'timeindex'] as const) {
    for (const damage of ['missing', 'cut', 'senseless'] as const) {
      const fileSystem = await written([]);
      const first = await openLog({ fileSystem });
      for (const batch of batches) await appendDurably(first, Buffer.from(batch));
      const { recoveryPoint } = await first.close();
      const path = `/data/topic-0/00000000000000000000.${kind}`;
      const sound = fileSystem.bytesOf(path);
      if (damage === 'missing') await fileSystem.remove(path);
      if (damage === 'cut') fileSystem.overwrite(path, (bytes) => bytes.subarray(0, bytes.length - 3));
      if (damage === 'senseless') fileSystem.overwrite(path, (bytes) => bytes.fill(0xff, bytes.length - 8));
      const log = await openLog({ fileSystem, cleanShutdown: true, recoveryPoint });
      assert.deepEqual(fileSystem.bytesOf(path), sound, `${kind} ${damage}`);
      assert.equal(readValues(log, { fromOffset: 40n })[0]?.value, 'value 20');
    }
  }
});

test('after an orderly end nothing is read but the tail behind the last index entry', async () => {
  const fileSystem = await written([]);
  const first = await openLog({ fileSystem });
  for (let n = 0; n < 30; n++) await appendDurably(first, batchOf([`value ${n}`]));
  const { recoveryPoint } = await first.close();
  fileSystem.overwrite(firstLog, (bytes) => bytes.fill(0, 0, 60));
  const log = await openLog({ fileSystem, cleanShutdown: true, recoveryPoint });
  assert.equal(log.logEndOffset, 30n);
  assert.equal(readValues(log, { fromOffset: 25n }).length, 5);
});

test('the indexes of a full segment are on the disk before the recovery point passes it', async () => {
  const fileSystem = await written([]);
  const options = { fileSystem, config: { segmentBytes: 1000 } };
  const log = await openLog(options);
  for (let n = 0; n < 20; n++) await appendDurably(log, batchOf([`value ${n}`]));
  assert.ok(log.recoveryPoint > 12n);
  const paths = ['index', 'timeindex'].map((kind) => `/data/topic-0/00000000000000000000.${kind}`);
  const before = paths.map((path) => fileSystem.bytesOf(path));
  fileSystem.losePower({ keeps: 'nothing' });
  assert.deepEqual(
    paths.map((path) => fileSystem.bytesOf(path)),
    before,
  );
  assert.ok(before.every((bytes) => bytes.length > 0));
});

test('files that a crash left half made or half removed are cleared away', async () => {
  const fileSystem = await written([batchOf(['a'])]);
  const leftovers = ['00000000000000000007.index', '00000000000000000000.log.deleted', 'leader-epoch-checkpoint.tmp'];
  for (const name of leftovers) fileSystem.open(`/data/topic-0/${name}`, 'create').write([Buffer.from('x')], 0);
  await openLog({ fileSystem });
  for (const name of leftovers) assert.equal(fileSystem.stat(`/data/topic-0/${name}`), undefined, name);
});

test('leader epochs are found again in the batches when their file is lost', async () => {
  const fileSystem = await written([]);
  const first = await openLog({ fileSystem });
  await appendDurably(first, batchOf(['a', 'b']), 1);
  await appendDurably(first, batchOf(['c']), 4);
  await fileSystem.remove('/data/topic-0/leader-epoch-checkpoint');
  const log = await openLog({ fileSystem });
  assert.deepEqual(log.offsetForLeaderEpoch(1), { leaderEpoch: 1, endOffset: 2n });
  assert.deepEqual(log.offsetForLeaderEpoch(2), { leaderEpoch: 1, endOffset: 2n });
  assert.deepEqual(log.offsetForLeaderEpoch(4), { leaderEpoch: 4, endOffset: 3n });
  assert.equal(log.offsetForLeaderEpoch(5), undefined);
});
