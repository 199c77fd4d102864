import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LagSource, LagView } from '../../../src/stage/lag/lag-source.ts';
import { RecordSize } from '../../../src/stage/lag/record-size.ts';
import { deletable, mustHold } from '../../../src/stage/lag/retention-hold.ts';
import { RetentionKeeper } from '../../../src/stage/lag/retention-keeper.ts';
import type { GroupAccount } from '../../../src/topics/group-account.ts';

const account: GroupAccount = {
  group: 'detect-people@1',
  detector: 'people@1',
  kind: 'complete',
  lagRecords: 100,
  lagBytes: 1_000_000,
  lagSeconds: 10,
  inPerSecond: 10,
  outPerSecond: 1,
  workers: 1,
  wanted: null,
  secondsPerFrame: null,
  secondsLeft: null,
  limit: null,
  isWarning: false,
};
const limits = { retentionMs: 60_000, retentionBytes: 500_000 };
const unlimited = { retentionMs: -1, retentionBytes: -1 };

test('cameras hold when unread frames fill what may be kept, or have become as old as that', () => {
  assert.equal(mustHold(false, [{ ...account, lagBytes: 999_999 }], limits, 2), false);
  assert.equal(mustHold(false, [{ ...account, lagBytes: 1_000_000 }], limits, 2), true);
  assert.equal(mustHold(false, [{ ...account, lagBytes: 0, lagSeconds: 60 }], limits, 2), true);
  assert.equal(mustHold(false, [{ ...account, lagBytes: 1e12, lagSeconds: 1e6 }], unlimited, 2), false);
});

test('cameras that hold go on when there is some room again, not with the first frame that is read', () => {
  assert.equal(mustHold(true, [{ ...account, lagBytes: 950_000 }], limits, 2), true);
  assert.equal(mustHold(true, [{ ...account, lagBytes: 899_999 }], limits, 2), false);
});

test('an urgent group never makes a camera hold', () => {
  assert.equal(mustHold(false, [{ ...account, kind: 'urgent', lagBytes: 1e12 }], limits, 2), false);
});

/** Two partitions of a hundred records of 10 kB; one group has read 40 and 90 of them. */
function view(
  committed: [number, number][] = [
    [0, 40],
    [1, 90],
  ],
): LagView {
  return {
    partitions: [0, 1].map((partition) => ({ partition, startOffset: 0, endOffset: 100, sizeBytes: 1_000_000 })),
    groups: new Map([['a', { committed: new Map(committed), members: 1 }]]),
    limits: unlimited,
    recordBytes: 10_000,
  };
}

test('what is over its size goes, but never what a complete group has not read', () => {
  // 500 kB are fifty records: fifty are over.
  assert.deepEqual(
    [...deletable(view(), ['a'], limits, new Map())],
    [
      [0, 40],
      [1, 50],
    ],
  );
  assert.deepEqual([...deletable(view(), ['a', 'b'], limits, new Map())], []);
  assert.deepEqual([...deletable(view([]), ['a'], limits, new Map())], []);
});

test('what is too old goes, but never what a complete group has not read', () => {
  assert.deepEqual(
    [
      ...deletable(
        view(),
        ['a'],
        unlimited,
        new Map([
          [0, 70],
          [1, 70],
        ]),
      ),
    ],
    [
      [0, 40],
      [1, 70],
    ],
  );
  assert.deepEqual(
    [
      ...deletable(
        view(),
        [],
        unlimited,
        new Map([
          [0, 70],
          [1, 170],
        ]),
      ),
    ],
    [
      [0, 70],
      [1, 100],
    ],
  );
});

test('the keeper says when to hold and when to go on, once each, and deletes what may go', async () => {
  const held: boolean[] = [];
  const deleted: [number, number][][] = [];
  const source = {
    offsetsAt: async () => new Map(),
    deleteBefore: async (offsets: ReadonlyMap<number, number>) => void deleted.push([...offsets]),
  };
  const keeper = new RetentionKeeper({
    limits,
    completeGroups: ['a'],
    nowMs: () => 0,
    onHold: (isHeld) => held.push(isHeld),
  });
  for (const lagBytes of [0, 2_000_000, 1_500_000, 950_000, 100_000, 0])
    await keeper.saw([{ ...account, lagBytes }], view(), source as unknown as LagSource);
  assert.deepEqual(held, [true, false]);
  assert.deepEqual(deleted, [
    [
      [0, 40],
      [1, 50],
    ],
    [
      [0, 40],
      [1, 50],
    ],
  ]);
});

test('the size of a record comes from how the log grows: deleted records stay in their segment for a while', () => {
  const size = new RecordSize();
  const look = (startOffset: number, endOffset: number, sizeBytes: number) =>
    size.saw([{ partition: 0, startOffset, endOffset, sizeBytes }]);
  assert.equal(size.bytes, 0);
  look(0, 100, 100_000);
  assert.equal(size.bytes, 1000);
  look(90, 100, 100_000);
  look(95, 200, 200_000);
  assert.equal(size.bytes, 1000);
  look(190, 200, 20_000);
  for (let n = 1; n <= 20; n++) look(190, 200 + n * 100, 20_000 + n * 300_000);
  assert.ok(size.bytes > 2900, `${size.bytes}`);
});
