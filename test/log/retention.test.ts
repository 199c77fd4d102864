import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodeFileSystem } from '../../src/base/node-file-system.ts';
import { removeDeletedFolders } from '../../src/log/remove-folder.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, startMs, type TestLogOptions } from './open-log.ts';
import { readValues } from './read-values.ts';
import { temporaryFolder } from './temporary-folder.ts';

const batchBytes = batchOf(['x']).length;
const oneBatchPerSegment = { segmentBytes: batchBytes };

/** Ten segments of one record each, one second apart. */
async function tenSegments(options: TestLogOptions = {}) {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem, ...options, config: { ...oneBatchPerSegment, ...options.config } });
  for (let n = 0; n < 10; n++) await appendDurably(log, batchOf([`${n}`], { timestamp: BigInt(startMs + n * 1000) }));
  return { log, fileSystem };
}

test('the oldest segments are deleted while the log is larger than retention.bytes by a whole segment', async () => {
  const { log, fileSystem } = await tenSegments({ config: { retentionBytes: 3 * batchBytes + 5 } });
  assert.equal(await log.enforceRetention(startMs), 6);
  assert.equal(log.logStartOffset, 6n);
  assert.equal(log.sizeBytes, 4 * batchBytes);
  assert.deepEqual(readValues(log)[0], { offset: 6n, value: '6' });
  assert.equal(fileSystem.list('/data/topic-0').filter((name) => name.endsWith('.log')).length, 4);
  const outcome = log.read(5n, 1000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(!outcome.ok && outcome.error === 'OFFSET_OUT_OF_RANGE');
  assert.equal(outcome.logStartOffset, 6n);
});

test('segments whose newest record is older than retention.ms are deleted, the growing one included', async () => {
  const { log } = await tenSegments({ config: { retentionMs: 60_000 } });
  assert.equal(await log.enforceRetention(startMs + 60_000), 0);
  assert.equal(await log.enforceRetention(startMs + 62_001), 3);
  assert.equal(log.logStartOffset, 3n);
  assert.equal(await log.enforceRetention(startMs + 600_000), 7);
  assert.equal(log.logStartOffset, 10n);
  assert.equal(log.logEndOffset, 10n);
  assert.equal(await appendDurably(log, batchOf(['n'])), 10n);
});

test('without the delete policy only what lies before the log start offset goes', async () => {
  const { log } = await tenSegments({ config: { retentionMs: 1, retentionBytes: 1 } });
  log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] });
  assert.equal(await log.enforceRetention(startMs + 600_000), 0);
  assert.equal(log.deleteRecordsBefore(4n), 4n);
  assert.equal(await log.enforceRetention(startMs + 600_000), 4);
});

test('what is not below the high watermark stays', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem, config: { ...oneBatchPerSegment, retentionMs: 1 } });
  fileSystem.beforeSync = () => new Promise(() => {});
  for (let n = 0; n < 3; n++) log.append(batchOf(['x']), { leaderEpoch: 0, origin: 'client' });
  assert.equal(await log.enforceRetention(startMs + 600_000), 0);
});

test('records before an offset are hidden at once, and stay hidden when the start is given again', async () => {
  const { log, fileSystem } = await tenSegments();
  assert.equal(log.deleteRecordsBefore(11n), undefined);
  assert.equal(log.deleteRecordsBefore(5n), 5n);
  assert.equal(log.deleteRecordsBefore(3n), 5n);
  assert.equal(readValues(log).length, 5);
  const again = await openLog({ fileSystem, logStartOffset: 5n, config: oneBatchPerSegment });
  assert.equal(again.logStartOffset, 5n);
  assert.equal(log.deleteRecordsBefore(-1n), 10n);
  assert.equal(readValues(log).length, 0);
});

test('deleting waits for a flush of the segment that is under way', async () => {
  const fileSystem = new UnreliableFileSystem();
  const config = { ...oneBatchPerSegment, retentionMs: 1, flushPolicy: 'never' } as const;
  const log = await openLog({ fileSystem, config });
  await appendDurably(log, batchOf(['x']));
  const gate = Promise.withResolvers<void>();
  fileSystem.beforeSync = () => gate.promise;
  const flushed = log.flush();
  await new Promise((resolve) => setImmediate(resolve));
  const removed = log.enforceRetention(startMs + 600_000);
  gate.resolve();
  await flushed;
  assert.equal(await removed, 1);
  assert.equal(log.failure, undefined);
});

test('a segment is rolled by size, by the time its records span, and by the size of its indexes', async () => {
  const segments = async (config: TestLogOptions['config']): Promise<number> => {
    const { log, fileSystem } = await tenSegments({ config: { segmentBytes: 1e9, ...config } });
    assert.equal(log.logEndOffset, 10n);
    return fileSystem.list('/data/topic-0').filter((name) => name.endsWith('.log')).length;
  };
  assert.equal(await segments({}), 1);
  assert.equal(await segments({ segmentBytes: 2 * batchBytes }), 5);
  assert.equal(await segments({ segmentBytes: 2 * batchBytes - 1 }), 10);
  assert.equal(await segments({ segmentMs: 2000 }), 4);
  assert.equal(await segments({ segmentIndexBytes: 30, indexIntervalBytes: 1 }), 4);
});

test('a deleted partition leaves nothing behind, and a deletion cut short is ended at the next start', async (context) => {
  const folder = temporaryFolder(context);
  const log = await openLog({ fileSystem: nodeFileSystem, directory: `${folder}/topic-0` });
  await appendDurably(log, batchOf(['x']));
  await log.delete();
  assert.deepEqual(readdirSync(folder), []);
  mkdirSync(`${folder}/topic-1.0123-delete`);
  writeFileSync(`${folder}/topic-1.0123-delete/00000000000000000000.log`, 'x');
  mkdirSync(`${folder}/topic-2`);
  await removeDeletedFolders(nodeFileSystem, folder);
  assert.deepEqual(readdirSync(folder), ['topic-2']);
});
