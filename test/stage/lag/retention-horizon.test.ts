import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GroupStanding, retentionHorizon } from '../../../src/stage/lag/retention-horizon.ts';

/** Ten frames a second of 100 kB in four partitions, two drained: half an hour behind. */
const standing: GroupStanding = {
  lagRecords: 14_400,
  lagSeconds: 1800,
  worstLagBytes: 360e6,
  recordBytes: 100e3,
  partitions: 4,
  inPerSecond: 10,
  outPerSecond: 2,
  recordsPerSecondOfLag: 8,
};
const unlimited = { retentionMs: -1, retentionBytes: -1 };

test('by time: the edge of what is kept comes nearer by what is not drained', () => {
  const { secondsLeft, limit } = retentionHorizon(standing, { ...unlimited, retentionMs: 3600e3 });
  // A gap of 1800 s; the group moves on by 2/8 s of film each second, the edge by 1.
  assert.deepEqual([secondsLeft, limit], [2400, 'time']);
});

test('by size: unread bytes grow by what comes in less what is drained', () => {
  const { secondsLeft, limit } = retentionHorizon(standing, { ...unlimited, retentionBytes: 1000e6 });
  // 640 MB of room in the fullest partition, filled by 8 × 100 kB / 4 each second.
  assert.deepEqual([secondsLeft, limit], [3200, 'bytes']);
});

test('the limit that is reached first counts', () => {
  const limits = { retentionMs: 3600e3, retentionBytes: 1000e6 };
  assert.equal(retentionHorizon(standing, limits).limit, 'time');
  assert.equal(retentionHorizon(standing, { ...limits, retentionBytes: 400e6 }).limit, 'bytes');
});

test('a group that keeps up with its film is never reached', () => {
  const draining = { ...standing, outPerSecond: 12 };
  assert.deepEqual(retentionHorizon(draining, { retentionMs: 3600e3, retentionBytes: 1000e6 }), {
    secondsLeft: null,
    limit: null,
  });
  assert.equal(
    retentionHorizon({ ...standing, lagRecords: 0 }, { retentionMs: 1, retentionBytes: 1 }).secondsLeft,
    null,
  );
});

test('a camera that has stopped does not stop time', () => {
  const stopped = { ...standing, inPerSecond: 0, outPerSecond: 0 };
  assert.deepEqual(retentionHorizon(stopped, { retentionMs: 3600e3, retentionBytes: 1000e6 }), {
    secondsLeft: 1800,
    limit: 'time',
  });
});

test('what is over its limit already has no time left', () => {
  assert.equal(retentionHorizon(standing, { ...unlimited, retentionMs: 60e3 }).secondsLeft, 0);
  assert.equal(retentionHorizon(standing, { ...unlimited, retentionBytes: 1e6 }).secondsLeft, 0);
  assert.equal(retentionHorizon(standing, unlimited).secondsLeft, null);
});
