import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { readOffsetCheckpoint, writeOffsetCheckpoint } from '../../src/log/checkpoint-file.ts';
import { markCleanShutdown, takeCleanShutdownMark } from '../../src/log/clean-shutdown.ts';
import { parsePartitionFolderName, parseSegmentFileName, segmentFileName } from '../../src/log/file-names.ts';
import { readPartitionMetadata, writePartitionMetadata } from '../../src/log/partition-metadata.ts';
import { seededRandom, UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { contentOf } from './open-log.ts';

const path = '/data/recovery-point-offset-checkpoint';

function emptyFolder(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/data');
  return fileSystem;
}

test('an offset checkpoint has the lines that Apache Kafka writes, and is read back', async () => {
  const fileSystem = emptyFolder();
  const offsets = [
    { topic: 'frames', partition: 0, offset: 4711n },
    { topic: 'with-dash.and_more', partition: 12, offset: 0n },
  ];
  await writeOffsetCheckpoint(fileSystem, path, offsets);
  assert.equal(String(contentOf(fileSystem, path)), '0\n2\nframes 0 4711\nwith-dash.and_more 12 0\n');
  assert.deepEqual(readOffsetCheckpoint(fileSystem, path), offsets);
  assert.deepEqual(readOffsetCheckpoint(fileSystem, '/data/missing'), []);
});

test('a checkpoint that is damaged is reported, never taken for an empty one', async () => {
  for (const text of ['', '1\n0\n', '0\n2\nframes 0 1\n', '0\n1\nframes 0\n', '0\n1\nframes 0 -1\n']) {
    const fileSystem = emptyFolder();
    fileSystem.open(path, 'create').write([Buffer.from(text)], 0);
    assert.throws(
      () => readOffsetCheckpoint(fileSystem, path),
      (error) => isFault(error, 'LOG_CORRUPT'),
      JSON.stringify(text),
    );
  }
});

test('a power loss at any moment leaves the old checkpoint or the new one', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const fileSystem = new UnreliableFileSystem();
    fileSystem.makeDirectory('/data');
    await writeOffsetCheckpoint(fileSystem, path, [{ topic: 'a', partition: 0, offset: 1n }]);
    let steps = Math.floor(random() * 4);
    const blackout = (): void => {
      if (steps-- === 0) throw new Error('the power went');
    };
    fileSystem.beforeSync = blackout;
    const written = writeOffsetCheckpoint(fileSystem, path, [{ topic: 'a', partition: 0, offset: 2n }]);
    const isDone = await written.then(
      () => true,
      () => false,
    );
    fileSystem.losePower({ keeps: 'anything', random });
    const [found] = readOffsetCheckpoint(fileSystem, path);
    assert.ok(found?.offset === 2n || (found?.offset === 1n && !isDone), `seed ${seed}: ${found?.offset}`);
  }
});

test('the mark of an orderly end is there once', async () => {
  const fileSystem = emptyFolder();
  const mark = '/data/.kafka_cleanshutdown';
  assert.equal(await takeCleanShutdownMark(fileSystem, mark), false);
  await markCleanShutdown(fileSystem, mark);
  assert.equal(await takeCleanShutdownMark(fileSystem, mark), true);
  assert.equal(await takeCleanShutdownMark(fileSystem, mark), false);
});

test('partition metadata holds the topic id as Apache Kafka writes it', async () => {
  const fileSystem = emptyFolder();
  assert.equal(readPartitionMetadata(fileSystem, '/data'), undefined);
  await writePartitionMetadata(fileSystem, '/data', 'MJI3NkQ4QTg4QjQ0NDEyQQ');
  assert.equal(
    String(contentOf(fileSystem, '/data/partition.metadata')),
    'version: 0\ntopic_id: MJI3NkQ4QTg4QjQ0NDEyQQ',
  );
  assert.equal(readPartitionMetadata(fileSystem, '/data'), 'MJI3NkQ4QTg4QjQ0NDEyQQ');
});

test('file and folder names are those of Apache Kafka', () => {
  assert.equal(segmentFileName(4711n, 'timeindex'), '00000000000000004711.timeindex');
  assert.deepEqual(parseSegmentFileName('00000000000000004711.log'), { baseOffset: 4711n, kind: 'log' });
  assert.equal(parseSegmentFileName('4711.log'), undefined);
  assert.equal(parseSegmentFileName('00000000000000004711.log.deleted'), undefined);
  assert.deepEqual(parsePartitionFolderName('a-b-12'), { topic: 'a-b', partition: 12 });
  assert.equal(parsePartitionFolderName('a-1.0f3c-delete'), undefined);
  assert.equal(parsePartitionFolderName('meta.properties'), undefined);
});
