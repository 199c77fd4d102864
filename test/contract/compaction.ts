import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { batchRecords, encodeBatch } from '../../src/wire/records.ts';
import { Fixture, type Target } from './fixture.ts';

/** What the brokers under test are to be started with: compaction is looked for often. */
export const compactionConfig = { 'log.cleaner.backoff.ms': '100' };

/** Every batch begins a new segment: its time is a second after that of the one before. */
const base = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
const patienceMs = 60_000;

/** What any Kafka broker keeps of a compacted topic. */
export function compactionContract(target: () => Target): void {
  const withTopic = async (configs: Record<string, string>, run: (fixture: Fixture) => Promise<void>) => {
    const fixture = await Fixture.open(target(), { configs: { ...base, ...configs } });
    try {
      await run(fixture);
    } finally {
      fixture.close();
    }
  };

  test('of each key the last record remains, at its offset, and what is not full stays as it is', () =>
    withTopic({}, async (fixture) => {
      await write(fixture, ['a=1 b=1', 'a=2 c=1', 'b=2', 'd=1']);
      assert.deepEqual(await untilLeft(fixture, (left) => left.length === 4), ['2 a=2', '3 c=1', '4 b=2', '5 d=1']);
      assert.equal((await fixture.fetch(6n)).error, 'NONE');
      assert.equal((await fixture.fetch(7n)).error, 'OFFSET_OUT_OF_RANGE');
    }));

  test('a record that a compaction has removed is read over', () =>
    withTopic({}, async (fixture) => {
      await write(fixture, ['a=1', 'a=2', 'b=1']);
      assert.deepEqual(await untilLeft(fixture, (left) => left.length === 2), ['1 a=2', '2 b=1']);
      const { values, error } = await fixture.fetch(0n);
      assert.equal(error, 'NONE');
      assert.ok(!values.includes('1'));
    }));

  test('a tombstone removes its key, and goes itself with a later compaction', () =>
    withTopic({ 'delete.retention.ms': '0' }, async (fixture) => {
      await write(fixture, ['gone=1', 'stays=1', 'gone=', 'filler=0']);
      for (let round = 1; ; round++) {
        const left = await untilLeft(fixture, (now) => !now.some((line) => line.endsWith('gone=1')));
        if (!left.some((line) => line.includes('gone'))) break;
        assert.ok(round < 100, left.join());
        await write(fixture, [`filler=${round}`], 10 * round);
        await delay(200);
      }
      assert.ok((await content(fixture)).includes('1 stays=1'));
    }));

  test('max.compaction.lag.ms compacts what its share alone would leave', () =>
    withTopic({ 'min.cleanable.dirty.ratio': '1', 'max.compaction.lag.ms': '1000' }, async (overdue) => {
      const tooLittle = await Fixture.open(target(), {
        configs: { ...base, 'min.compaction.lag.ms': '86400000' },
      });
      for (const fixture of [tooLittle, overdue]) await write(fixture, ['a=1', 'a=2', 'b=1']);
      await untilLeft(overdue, (left) => left.length === 2);
      assert.equal((await content(tooLittle)).length, 3, 'younger than min.compaction.lag.ms');
      tooLittle.close();
    }));
}

/** Each entry is a batch of records `key=value`; `key=` is a tombstone. */
async function write(fixture: Fixture, entries: readonly string[], fromSecond = 0): Promise<void> {
  const beganMs = Date.now() - 600_000;
  for (const [i, entry] of entries.entries()) {
    const records = entry.split(' ').map((each) => {
      const [key = '', value = ''] = each.split('=');
      return { key: Buffer.from(key), value: value === '' ? null : Buffer.from(value) };
    });
    const timestamp = BigInt(beganMs + (fromSecond + i) * 1000);
    assert.equal((await fixture.produce(encodeBatch({ records, timestamp }))).error, 'NONE');
  }
}

/** What a consumer reads from the beginning: `offset key=value`. */
async function content(fixture: Fixture): Promise<string[]> {
  const found: string[] = [];
  for (let next = 0n, end = 1n; next < end; ) {
    const { batches, error, highWatermark } = await fixture.fetch(next);
    assert.equal(error, 'NONE');
    for (const batch of batches) {
      for (const record of batchRecords(batch))
        found.push(`${batch.baseOffset + BigInt(record.offsetDelta)} ${record.key}=${record.value ?? ''}`);
    }
    next = (batches.at(-1)?.lastOffset ?? highWatermark) + 1n;
    end = highWatermark;
  }
  return found;
}

async function untilLeft(fixture: Fixture, isReached: (left: string[]) => boolean): Promise<string[]> {
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    const left = await content(fixture);
    if (isReached(left)) return left;
    assert.ok(performance.now() < giveUpMs, left.join());
    await delay(50);
  }
}
