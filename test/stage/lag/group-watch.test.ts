import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupWatch } from '../../../src/stage/lag/group-watch.ts';
import type { LagReading, LagSource } from '../../../src/stage/lag/lag-source.ts';
import type { GroupAccount } from '../../../src/topics/group-account.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A topic of two partitions, written and read at set rates since long ago. */
class FakeTopic implements LagSource {
  readonly #clock: FakeClock;
  isDown = false;
  closed = 0;
  out = 1;
  constructor(clock: FakeClock) {
    this.#clock = clock;
  }
  async read(groups: readonly string[]): Promise<LagReading> {
    if (this.isDown) throw new Error('no broker');
    const seconds = 1000 + this.#clock.nowMs() / 1000;
    const partitions = [0, 1].map((partition) => {
      const endOffset = Math.floor(seconds * 5);
      return { partition, startOffset: 0, endOffset, sizeBytes: endOffset * 1000 };
    });
    const committed = new Map(
      [0, 1].map((partition) => [partition, Math.floor(4000 + this.#clock.nowMs() / 1000) * 1]),
    );
    const reading = { committed, members: 3 };
    const limits = { retentionMs: 3600e3, retentionBytes: -1 };
    return { partitions, limits, groups: new Map(groups.map((group) => [group, reading])) };
  }
  async offsetsAt(timeMs: number): Promise<Map<number, number>> {
    const offset = Math.max(0, Math.floor((1000 + timeMs / 1000) * 5));
    return new Map([0, 1].map((partition) => [partition, offset]));
  }
  async deleteBefore(): Promise<void> {}
  async close(): Promise<void> {
    this.closed++;
  }
}

async function watched(options: { horizonSeconds?: number } = {}) {
  const clock = new FakeClock();
  const topic = new FakeTopic(clock);
  const seen: GroupAccount[][] = [];
  const troubles: unknown[] = [];
  const watch = new GroupWatch({
    groups: [
      { group: 'detect-people@1', detector: 'people@1', kind: 'complete' },
      { group: 'detect-alarm@1', detector: 'alarm@1', kind: 'urgent' },
    ],
    open: () => topic,
    clock,
    horizonSeconds: options.horizonSeconds ?? 60,
    onAccounts: (accounts) => void seen.push([...accounts]),
    onTrouble: (error) => troubles.push(error),
  });
  await clock.advance(0);
  return { clock, topic, seen, troubles, watch };
}

test('says how far each group is behind, at which rates, and how long that goes well', async () => {
  const { clock, seen, watch } = await watched({ horizonSeconds: 5000 });
  await clock.advance(20_000);
  const [complete, urgent] = seen.at(-1) ?? [];
  assert.equal(complete?.group, 'detect-people@1');
  assert.equal(complete?.lagRecords, 2 * (5100 - 4020));
  assert.equal(complete?.lagBytes, complete?.lagRecords * 1000);
  // Written 216 s ago; it was there before the watch, which asked the log for its age.
  assert.ok(Math.abs((complete?.lagSeconds ?? 0) - 216) < 3, `${complete?.lagSeconds}`);
  assert.deepEqual([complete?.inPerSecond, complete?.outPerSecond, complete?.workers], [10, 2, 3]);
  // A gap of 3384 s that closes by 0.8 s each second.
  assert.ok(Math.abs((complete?.secondsLeft ?? 0) - 4230) < 20, `${complete?.secondsLeft}`);
  assert.deepEqual([complete?.limit, complete?.isWarning], ['time', true]);
  assert.deepEqual([urgent?.kind, urgent?.secondsLeft, urgent?.isWarning], ['urgent', null, false]);
  await watch.close();
});

test('warns under its horizon only', async () => {
  const { clock, seen, watch } = await watched({ horizonSeconds: 60 });
  await clock.advance(20_000);
  assert.equal(seen.at(-1)?.[0]?.isWarning, false);
  await watch.close();
});

test('a broker that is away is asked again, over a new connection', async () => {
  const { clock, topic, seen, troubles, watch } = await watched();
  await clock.advance(3000);
  topic.isDown = true;
  await clock.advance(2000);
  assert.equal(troubles.length, 2);
  assert.equal(topic.closed, 2);
  topic.isDown = false;
  const before = seen.length;
  await clock.advance(2000);
  assert.equal(seen.length, before + 2);
  await watch.close();
  await clock.advance(5000);
  assert.equal(seen.length, before + 2);
});
