import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { nodeFileSystem } from '../../src/base/node-file-system.ts';
import { recordBatches } from '../../src/wire/record-batch.ts';
import { appendDurably, batchOf, openLog } from './open-log.ts';
import { readValues } from './read-values.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('records are read back with consecutive offsets, from disk and from memory', async (context) => {
  const folder = temporaryFolder(context);
  for (const [fileSystem, directory] of [
    [nodeFileSystem, `${folder}/topic-0`],
    [new MemoryFileSystem(), '/data/topic-0'],
  ] as const) {
    const log = await openLog({ fileSystem, directory });
    assert.equal(await appendDurably(log, batchOf(['a', 'b'])), 0n);
    assert.equal(await appendDurably(log, batchOf(['c'])), 2n);
    assert.deepEqual(readValues(log), [
      { offset: 0n, value: 'a' },
      { offset: 1n, value: 'b' },
      { offset: 2n, value: 'c' },
    ]);
    await log.close();
  }
});

test('a log that was closed in order, and one that was not, hold the same records when opened again', async (context) => {
  for (const cleanShutdown of [true, false]) {
    const folder = temporaryFolder(context);
    const options = { fileSystem: nodeFileSystem, directory: `${folder}/topic-0`, config: { segmentBytes: 600 } };
    const first = await openLog(options);
    for (let n = 0; n < 40; n++) await appendDurably(first, batchOf([`value ${n}`, 'more']));
    const before = readValues(first);
    assert.equal(before.length, 80);
    const { recoveryPoint } = cleanShutdown ? await first.close() : { recoveryPoint: 0n };
    const second = await openLog({ ...options, cleanShutdown, recoveryPoint });
    assert.deepEqual(readValues(second), before);
    assert.equal(await appendDurably(second, batchOf(['next'])), 80n);
    await second.close();
  }
});

test('an offset inside a batch returns the whole batch', async () => {
  const log = await openLog();
  await appendDurably(log, batchOf(['a', 'b', 'c']));
  await appendDurably(log, batchOf(['d']));
  const outcome = log.read(1n, 1_000_000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(outcome.ok);
  assert.equal(outcome.nextOffset, 4n);
  const [first] = recordBatches(Buffer.concat(outcome.buffers));
  assert.equal(first?.baseOffset, 0n);
});

test('only whole batches are returned, and the first one even when it is larger than asked', async () => {
  const log = await openLog();
  const size = batchOf(['x'.repeat(100)]).length;
  for (let n = 0; n < 3; n++) await appendDurably(log, batchOf(['x'.repeat(100)]));
  const read = (maxBytes: number, minOneBatch: boolean) => {
    const outcome = log.read(0n, maxBytes, { minOneBatch, upTo: 'highWatermark' });
    assert.ok(outcome.ok);
    return outcome.sizeBytes;
  };
  assert.equal(read(2 * size, false), 2 * size);
  assert.equal(read(2 * size + 70, false), 2 * size);
  assert.equal(read(size - 1, false), 0);
  assert.equal(read(size - 1, true), size);
  assert.equal(read(1, true), size);
  assert.equal(read(0, true), size);
});
