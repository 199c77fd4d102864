import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { TailCache } from '../../src/log/tail-cache.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { seededRandom } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, startMs } from './open-log.ts';

/** A batch in memory of its own, as the frame of a large request is. */
function ownBatch(value: string, key: Buffer | null = null): Buffer {
  const records = [{ key, value: Buffer.from(value) }];
  const bytes = encodeBatch({ records, timestamp: BigInt(startMs) });
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

test('batches that were just appended are read without the file system and without a copy', async () => {
  const fileSystem = new MemoryFileSystem();
  const log = await openLog({ fileSystem, tailCache: new TailCache() });
  const [first, second] = [ownBatch('a'), ownBatch('b')];
  await appendDurably(log, first);
  await appendDurably(log, second);
  fileSystem.open('/data/topic-0/00000000000000000000.log', 'write').truncate(0);
  const outcome = log.read(0n, 1000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.buffers, [first, second]);
  assert.equal(outcome.buffers[0], first);
  assert.equal(outcome.nextOffset, 2n);
});

test('a batch is in the cache before it is on the disk, but is not shown', async () => {
  const log = await openLog({ tailCache: new TailCache() });
  await appendDurably(log, ownBatch('a'));
  log.append(ownBatch('b'), { leaderEpoch: 0, origin: 'client' });
  const outcome = log.read(0n, 1000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(outcome.ok);
  assert.equal(outcome.nextOffset, 1n);
});

test('reads are the same with the cache and without it, for any offset and size', async () => {
  const random = seededRandom(5);
  const tailCache = new TailCache({ maxBytes: 2000 });
  const log = await openLog({ tailCache, config: { segmentBytes: 1 << 20 } });
  const plain = await openLog({ config: { segmentBytes: 1 << 20 } });
  for (let n = 0; n < 80; n++) {
    const value = 'x'.repeat(random() * 100);
    await appendDurably(log, random() < 0.7 ? ownBatch(value) : batchOf([value, 'pooled']));
    const written = log.read(log.highWatermark - 1n, 10_000, { minOneBatch: true, upTo: 'highWatermark' });
    assert.ok(written.ok);
    await appendDurably(plain, Buffer.concat(written.buffers));
    for (let look = 0; look < 10; look++) {
      const offset = BigInt(Math.floor(random() * Number(log.logEndOffset)));
      const options = { minOneBatch: random() < 0.5, upTo: 'highWatermark' } as const;
      const maxBytes = Math.floor(random() * 1500);
      const [a, b] = [log.read(offset, maxBytes, options), plain.read(offset, maxBytes, options)];
      assert.ok(a.ok && b.ok);
      const [some, all] = [Buffer.concat(a.buffers), Buffer.concat(b.buffers)];
      assert.deepEqual(some, all.subarray(0, some.length));
      assert.equal(some.length > 0, all.length > 0);
    }
  }
  assert.ok(tailCache.sizeBytes > 0 && tailCache.sizeBytes <= 2000);
});

test('the oldest batches of any log go first, and those of a closed log at once', async () => {
  const tailCache = new TailCache({ maxBytes: 3 * ownBatch('a').length });
  const size = ownBatch('a').length;
  const one = await openLog({ tailCache });
  const other = await openLog({ tailCache });
  await appendDurably(one, ownBatch('a'));
  for (let n = 0; n < 3; n++) await appendDurably(other, ownBatch('b'));
  assert.equal(tailCache.sizeBytes, 3 * size);
  await one.close();
  assert.equal(tailCache.sizeBytes, 3 * size);
  await other.close();
  assert.equal(tailCache.sizeBytes, 0);
});

test('what a compaction has removed is not read from memory either', async () => {
  const log = await openLog({ tailCache: new TailCache(), config: { segmentBytes: 100, cleanupPolicy: ['compact'] } });
  for (const value of ['removed', 'kept', 'last']) await appendDurably(log, ownBatch(value, Buffer.from('key')));
  await log.compact({ deleteRetentionMs: 0, minCompactionLagMs: 0, nowMs: startMs });
  const outcome = log.read(0n, 1000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(outcome.ok);
  assert.ok(!Buffer.concat(outcome.buffers).includes('removed'));
});

test('a small slice of large memory is not kept', async () => {
  const tailCache = new TailCache();
  const log = await openLog({ tailCache });
  const bytes = batchOf(['a']);
  const large = Buffer.allocUnsafeSlow(100_000);
  bytes.copy(large);
  await appendDurably(log, large.subarray(0, bytes.length));
  assert.equal(tailCache.sizeBytes, 0);
});
