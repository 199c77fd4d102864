import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf, correct, type Motion, predict, startMotion } from '../../src/track/motion.ts';

const start = { x: 100, y: 50, width: 30, height: 80 };
const pixelsPerSecond = 60;

/** Somebody who walks to the right, seen so many times a second for two seconds. */
function walk(framesPerSecond: number): Motion {
  let motion = startMotion(start);
  for (let frame = 1; frame <= 2 * framesPerSecond; frame++) {
    motion = predict(motion, 1 / framesPerSecond);
    motion = correct(motion, { ...start, x: start.x + (pixelsPerSecond * frame) / framesPerSecond });
  }
  return motion;
}

test('learns the speed of what walks evenly, at 5 as at 60 frames per second', () => {
  for (const framesPerSecond of [5, 25, 60]) {
    const { x } = walk(framesPerSecond);
    assert.ok(Math.abs(x.perSecond - pixelsPerSecond) < 6, `${x.perSecond} pixels/s at ${framesPerSecond} frames/s`);
  }
});

test('half the time twice comes to the same as the whole time once', () => {
  const motion = walk(10);
  const once = predict(motion, 0.4);
  const twice = predict(predict(motion, 0.2), 0.2);
  for (const axis of ['x', 'y'] as const) {
    for (const key of ['at', 'perSecond', 'varAt', 'covariance', 'varSpeed'] as const) {
      assert.ok(Math.abs(once[axis][key] - twice[axis][key]) < 1e-9 * Math.max(1, Math.abs(once[axis][key])));
    }
  }
});

test('what is not seen moves on and keeps its size', () => {
  const motion = { ...walk(10), height: { ...walk(10).height, perSecond: 40 } };
  const later = boxOf(predict(motion, 1, { keepsSize: true }));
  assert.ok(Math.abs(later.x - (start.x + 3 * pixelsPerSecond)) < 10);
  assert.ok(Math.abs(later.height - start.height) < 1);
});
