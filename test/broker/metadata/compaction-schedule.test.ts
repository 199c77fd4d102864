import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { MemoryFileSystem } from '../../../src/base/memory-file-system.ts';
import { BrokerSettings } from '../../../src/broker/configs/broker-settings.ts';
import { LogStore } from '../../../src/broker/metadata/log-store.ts';
import type { Topic } from '../../../src/broker/metadata/topic.ts';
import { Flusher } from '../../../src/log/flusher.ts';
import type { PartitionLog } from '../../../src/log/partition-log.ts';
import { ReadBuffers } from '../../../src/log/read-buffers.ts';
import { TailCache } from '../../../src/log/tail-cache.ts';
import { recordBatches } from '../../../src/wire/record-batch.ts';
import { batchRecords, encodeBatch } from '../../../src/wire/records.ts';
import { appendDurably, StillClock } from '../../log/open-log.ts';

/** A compacted topic whose segments hold one batch each, and a clock that stands still between the steps. */
class Scene {
  readonly clock: StillClock;
  readonly #store: LogStore;
  readonly #topic: Topic;
  readonly #log: PartitionLog;

  private constructor(parts: { store: LogStore; topic: Topic; log: PartitionLog; clock: StillClock }) {
    this.#store = parts.store;
    this.#topic = parts.topic;
    this.#log = parts.log;
    this.clock = parts.clock;
  }

  static async open(configs: Record<string, string>): Promise<Scene> {
    const clock = new StillClock();
    const fileSystem = new MemoryFileSystem();
    fileSystem.makeDirectory('/data');
    const store = new LogStore({
      ...{ fileSystem, directory: '/data', settings: new BrokerSettings({}), clock, cleanShutdown: false },
      ...{ flusher: new Flusher(), tailCache: new TailCache({ maxBytes: 0 }), readBuffers: new ReadBuffers() },
      ...{ flushPolicy: 'commit', flushIntervalMs: 1000, logger: pino({ level: 'silent' }) },
    });
    const all = { 'cleanup.policy': 'compact', 'segment.bytes': '100', ...configs };
    const topic: Topic = {
      ...{ name: 'topic', id: 'AQEBAQEBAQEBAQEBAQEBAQ', isInternal: false, partitions: [] },
      configs: new Map(Object.entries(all)),
    };
    const log = await store.open(topic, 0);
    topic.partitions.push({ topic, index: 0, log });
    return new Scene({ store, topic, log, clock });
  }

  /** `key=value` makes a record, `key=` a tombstone; each has the time of the clock. */
  async write(...entries: string[]): Promise<void> {
    for (const entry of entries) {
      const [key = '', value = ''] = entry.split('=');
      const record = { key: Buffer.from(key), value: value === '' ? null : Buffer.from(value) };
      await appendDurably(this.#log, encodeBatch({ records: [record], timestamp: BigInt(this.clock.nowMs()) }));
    }
  }

  /** Compaction's turn comes. @returns the values that are left after it */
  async afterTurn(ms = 0): Promise<(string | null)[]> {
    this.clock.advance(ms);
    await this.#store.compact(this.#topic);
    const left: (string | null)[] = [];
    for (let next = 0n; next < this.#log.highWatermark; ) {
      const found = this.#log.read(next, 1_000_000, { minOneBatch: true, upTo: 'highWatermark' });
      assert.ok(found.ok);
      const batches = found.buffers.flatMap((buffer) => [...recordBatches(buffer)]);
      left.push(...batches.flatMap((batch) => [...batchRecords(batch)].map(({ value }) => value?.toString() ?? null)));
      next = found.nextOffset;
    }
    return left;
  }
}

test('a log is compacted when the new share of it reaches min.cleanable.dirty.ratio', async () => {
  const scene = await Scene.open({ 'min.cleanable.dirty.ratio': '0.6' });
  await scene.write('a=1', 'a=2', 'b=1', 'c=1', 'end=');
  assert.deepEqual(await scene.afterTurn(), ['2', '1', '1', null]);
  await scene.write('a=3', 'end=');
  assert.deepEqual(await scene.afterTurn(), ['2', '1', '1', null, '3', null], 'two of five segments are new');
  await scene.write('a=4', 'a=5', 'a=6', 'end=');
  assert.ok(!(await scene.afterTurn()).includes('3'));
});

test('a log of which too little is new is compacted all the same after max.compaction.lag.ms', async () => {
  const scene = await Scene.open({ 'min.cleanable.dirty.ratio': '1', 'max.compaction.lag.ms': '60000' });
  await scene.write('a=1', 'a=2', 'end=');
  assert.ok((await scene.afterTurn()).includes('2'));
  await scene.write('a=3', 'a=4', 'end=');
  assert.ok((await scene.afterTurn(59_000)).includes('3'));
  assert.ok(!(await scene.afterTurn(2000)).includes('3'));
});

test('a segment that grows for longer than max.compaction.lag.ms is closed, so that its records can be compacted', async () => {
  const configs = { 'segment.bytes': '100000', 'max.compaction.lag.ms': '60000', 'min.cleanable.dirty.ratio': '0' };
  const scene = await Scene.open(configs);
  await scene.write('a=1', 'a=2');
  scene.clock.advance(60_001);
  await scene.write('end=');
  assert.deepEqual(await scene.afterTurn(), ['2', null]);
});

test('records younger than min.compaction.lag.ms stay', async () => {
  const scene = await Scene.open({ 'min.compaction.lag.ms': '60000', 'min.cleanable.dirty.ratio': '0' });
  await scene.write('a=1', 'a=2', 'end=');
  assert.ok((await scene.afterTurn(59_000)).includes('1'));
  assert.ok(!(await scene.afterTurn(2000)).includes('1'));
});

test('a tombstone goes delete.retention.ms after it was written, with the next compaction', async () => {
  const scene = await Scene.open({ 'delete.retention.ms': '60000', 'min.cleanable.dirty.ratio': '0' });
  await scene.write('a=1', 'a=', 'b=1');
  assert.deepEqual(await scene.afterTurn(), [null, '1']);
  await scene.write('b=2', 'b=3');
  assert.deepEqual(await scene.afterTurn(59_000), [null, '2', '3']);
  scene.clock.advance(2000);
  await scene.write('b=4', 'b=5');
  assert.ok(!(await scene.afterTurn()).includes(null));
});
