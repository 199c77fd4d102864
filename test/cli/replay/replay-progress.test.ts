import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDetectorId } from '../../../src/cli/replay/replay-action.ts';
import { describeReplay, ReplayProgress } from '../../../src/cli/replay/replay-progress.ts';
import { parseBounds } from '../../../src/cli/replay/replay-window.ts';

const window = new Map([
  [0, { start: 100n, end: 200n }],
  [1, { start: 50n, end: 50n }],
  [2, { start: 0n, end: 300n }],
]);
const nothing = new Set<number>();

test('progress is what the group has committed between the start and the end', () => {
  const progress = new ReplayProgress(window, 0);
  const start = progress.at(new Map([[0, 100n]]), nothing, 0);
  assert.deepEqual([start.total, start.done, start.isOver, start.secondsLeft], [400, 0, false, undefined]);
  const half = progress.at(
    new Map([
      [0, 150n],
      [2, 150n],
    ]),
    nothing,
    2000,
  );
  assert.deepEqual([half.done, half.perSecond, half.secondsLeft, half.isOver], [200, 100, 2, false]);
  const end = progress.at(
    new Map([
      [0, 200n],
      [2, 300n],
    ]),
    nothing,
    4000,
  );
  assert.deepEqual([end.done, end.isOver], [400, true]);
});

test('a replay that goes on counts what was done before, but not in its speed', () => {
  const progress = new ReplayProgress(window, 0);
  progress.at(new Map([[2, 200n]]), nothing, 0);
  const { done, perSecond } = progress.at(new Map([[2, 300n]]), nothing, 1000);
  assert.deepEqual([done, perSecond], [300, 100]);
});

test('offsets at the end that hold no record keep nobody waiting', () => {
  const progress = new ReplayProgress(window, 0);
  const committed = new Map([
    [0, 200n],
    [2, 298n],
  ]);
  assert.equal(progress.at(committed, nothing, 0).isOver, false);
  assert.equal(progress.at(committed, new Set([2]), 0).isOver, true);
});

test('the line says how far, how fast and how long', () => {
  const state = { total: 2730, done: 1672, perSecond: 143.21, secondsLeft: 7.4, isOver: false };
  assert.equal(describeReplay(state, false), '61.2 % · 1,672 of 2,730 frames · 143.2/s · 8 s left');
  assert.match(describeReplay(state, true), /^\[█{14}░{10}\] 61\.2 % · /);
  assert.match(describeReplay({ ...state, secondsLeft: 5000 }, false), /84 min left$/);
});

test('bounds are read in the words that people use', () => {
  assert.deepEqual(parseBounds({ from: 'beginning' }), { from: 'beginning', until: 'end' });
  assert.deepEqual(parseBounds({ from: '1200', until: 'offset:1500' }), {
    from: { offset: 1200n },
    until: { offset: 1500n },
  });
  const { from, until } = parseBounds({ from: '-2h', until: '30m' });
  assert.ok(typeof from === 'object' && 'timestampMs' in from && typeof until === 'object' && 'timestampMs' in until);
  assert.ok(Math.abs(until.timestampMs - from.timestampMs - 5_400_000) < 50);
  const day = parseBounds({ from: '2026-01-31T08:00:00Z', until: '2026-01-31T10:00:00+01:00' });
  assert.deepEqual(day, {
    from: { timestampMs: Date.parse('2026-01-31T08:00:00Z') },
    until: { timestampMs: Date.parse('2026-01-31T09:00:00Z') },
  });
  for (const [bounds, message] of [
    [{ from: 'yesterday' }, /--from: found "yesterday"/],
    [{ from: 'beginning', until: 'soon' }, /--until: found "soon"/],
    [{ from: '1h', until: '2999-01-01T00:00:00Z' }, /--until 2999-01-01T00:00:00Z lies ahead/],
    [{ from: '1h', until: '2h' }, /--until 2h does not lie after --from 1h/],
  ] as const) {
    assert.throws(() => parseBounds(bounds), { code: 'USAGE', message });
  }
});

test('a detector is named with its version', () => {
  assert.deepEqual(parseDetectorId('people@2'), { name: 'people', version: 2 });
  for (const wrong of ['people', 'people@', 'people@0', 'people@two', '@2', 'a b@1']) {
    assert.throws(() => parseDetectorId(wrong), { code: 'USAGE' });
  }
});
