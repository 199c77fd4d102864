import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fightFeatures } from '../../src/threat/features/fight-features.ts';
import type { Joint } from '../../src/topics/joints.ts';
import { boneLines } from '../../web/src/picture/bone-lines.ts';
import { JointSmoother } from '../../web/src/picture/smooth-joints.ts';
import { noFilter, queryOf } from '../../web/src/stored/event-filter.ts';
import { evenly, framesOf } from '../../web/src/stored/moment-frames.ts';
import { featureWords } from '../../web/src/view/stored/moment/feature-words.ts';

const box = (x: number) => ({ x, y: 0, width: 40, height: 100 });
const person = (x: number, at: number, score = 0.9) => ({
  box: box(x),
  joints: Array.from({ length: 17 }, (): Joint => [at, 50, score]),
});

test('joints that tremble are drawn calmly, those that move are followed, and nobody takes another’s', () => {
  const smoother = new JointSmoother();
  const seen: number[] = [];
  for (let frame = 0; frame < 20; frame++) {
    const [first, second] = smoother.smooth([person(300, 310), person(0, frame % 2 ? 24 : 16)], frame * 100_000);
    assert.equal(first?.[0]?.[0], 310);
    seen.push(second?.[0]?.[0] ?? 0);
  }
  const swing = Math.max(...seen.slice(5)) - Math.min(...seen.slice(5));
  assert.ok(swing > 0 && swing < 7, `${swing} of 8 pixels`);
  const [moved] = smoother.smooth([person(0, 30)], 2_000_000);
  const [later] = smoother.smooth([person(0, 30)], 2_100_000);
  assert.ok((moved?.[0]?.[0] ?? 0) > 25 && (later?.[0]?.[0] ?? 0) > (moved?.[0]?.[0] ?? 0));
  // After a pause there is nothing to smooth over.
  assert.equal(smoother.smooth([person(0, 10)], 9_000_000)[0]?.[0]?.[0], 10);
});

test('only joints that the model is sure of are joined by lines', () => {
  const joints = person(0, 20).joints.map((joint, index): Joint => (index === 9 ? [1, 1, 0.1] : joint));
  const { lines, points } = boneLines(joints);
  assert.equal(lines.length, 11);
  assert.equal(points.length, 12);
});

test('of a moment the kept frames are shown, with their time before the last', () => {
  const seen = (ptsUs: number) => ({ ptsUs, capturedAtUs: 0, width: 64, height: 48, detections: [] });
  const frames = framesOf({
    frames: [
      { frame: 'a', picture: 'gone', seen: seen(0) },
      { frame: 'b', picture: 'kept', seen: seen(100_000) },
      { frame: 'c', picture: 'kept', seen: seen(300_000) },
    ],
  });
  assert.deepEqual(
    frames.map(({ frame, seconds }) => [frame, seconds]),
    [
      ['b', -0.2],
      ['c', 0],
    ],
  );
  assert.deepEqual(evenly(20, 7), [0, 3, 6, 10, 13, 16, 19]);
  assert.deepEqual([evenly(3, 7), evenly(1, 7), evenly(0, 7)], [[0, 1, 2], [0], []]);
});

test('what events are looked for becomes a query with times in UTC', () => {
  const nowMs = Date.UTC(2026, 2, 14, 12);
  assert.equal(queryOf(noFilter, nowMs), '');
  const hour = queryOf({ ...noFilter, camera: 'a&b', person: 'ada', span: '3600' }, nowMs);
  assert.equal(hour, '&camera=a%26b&person=ada&since=2026-03-14T11%3A00%3A00.000Z');
  const chosen = { ...noFilter, span: 'chosen', from: '2026-03-14T10:00', to: '' };
  const since = encodeURIComponent(new Date('2026-03-14T10:00').toISOString());
  assert.equal(queryOf(chosen, nowMs), `&since=${since}`);
});

test('every feature that the classifier reads has words of its own', () => {
  assert.deepEqual(
    fightFeatures.filter((name) => featureWords(name) === name),
    [],
  );
  assert.equal(new Set(fightFeatures.map(featureWords)).size, fightFeatures.length);
  assert.equal(featureWords('something.new'), 'something.new');
});
