import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameGate } from '../../src/capture/frame-gate.ts';

/** The indices of the frames let through. */
function chosen(fps: number, ptsUs: readonly number[]): number[] {
  const gate = new FrameGate(fps);
  return ptsUs.flatMap((pts, index) => (gate.accepts(pts) ? [index] : []));
}

function every(intervalUs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.round(index * intervalUs));
}

test('a source at the wanted rate passes whole, whatever its jitter', () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const jittered = every(100_000, 2000).map((pts) => Math.round(pts + (random() - 0.5) * 60_000));
  assert.equal(chosen(10, jittered).length, 2000);
});

test('a source a little slower than wanted passes whole', () => {
  assert.equal(chosen(10, every(1_000_000 / 9.97, 5000)).length, 5000);
});

test('a source a little faster than wanted loses one frame now and then', () => {
  const count = chosen(10, every(1_000_000 / 10.1, 1010)).length;
  assert.ok(count >= 1000 && count <= 1001, `${count} frames`);
});

test('25 frames per second at 10 are chosen evenly', () => {
  assert.deepEqual(chosen(10, every(40_000, 11)), [0, 2, 5, 7, 10]);
});

test('12.5 frames per second at 10 drop every fifth', () => {
  assert.deepEqual(chosen(10, every(80_000, 11)), [0, 1, 2, 4, 5, 6, 7, 9, 10]);
});

test('30 frames per second at 15 take every second frame', () => {
  assert.deepEqual(chosen(15, every(1_000_000 / 30, 9)), [0, 2, 4, 6, 8]);
});

test('a clock that jumps back or far ahead starts a new grid', () => {
  assert.deepEqual(chosen(10, [5_000_000, 5_100_000, 0, 100_000, 90_000_000, 90_100_000]), [0, 1, 2, 3, 4, 5]);
});

test('a pause does not let a burst through afterwards', () => {
  const afterPause = every(20_000, 11).map((pts) => pts + 3_000_000);
  assert.equal(chosen(10, [0, 100_000, ...afterPause]).length, 2 + 3);
});
