import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameSet } from '../../src/stage/frame-set.ts';
import { LatencyWindow } from '../../src/stage/latency-window.ts';
import { RateWindow } from '../../src/stage/rate-window.ts';

/** A small generator with a seed, so that a failure can be run again. */
function shuffled(count: number, seed: number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const j = state % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j] ?? 0, numbers[i] ?? 0];
  }
  return numbers;
}

test('a frame set is exact for any order of numbers', () => {
  for (const seed of [1, 2, 3]) {
    const set = new FrameSet();
    for (const [step, frame] of shuffled(257, seed).entries()) {
      assert.equal(set.has(frame), false);
      assert.equal(set.add(frame), true);
      assert.equal(set.add(frame), false);
      assert.equal(set.size, step + 1);
    }
    assert.equal(set.has(257), false);
  }
});

test('the intersection of frame sets counts what is in all of them', () => {
  const even = new FrameSet();
  const low = new FrameSet();
  for (let frame = 0; frame < 101; frame++) {
    if (frame % 2 === 0) even.add(frame);
    if (frame < 50) low.add(frame);
  }
  assert.equal(FrameSet.sizeOfIntersection([even, low]), 25);
  assert.equal(FrameSet.sizeOfIntersection([low, low]), 50);
  assert.equal(FrameSet.sizeOfIntersection([low, undefined]), 0);
});

test('the latency window forgets the oldest values', () => {
  const window = new LatencyWindow();
  assert.equal(window.quantiles(), null);
  for (let i = 0; i < 1024; i++) window.add(1000);
  for (let i = 0; i < 1024; i++) window.add(5);
  assert.deepEqual(window.quantiles(), { p50: 5, p99: 5 });
});

test('the rate is that of whole seconds gone by, and falls to nothing when nothing happens', () => {
  const rate = new RateWindow(5);
  for (let ms = 0; ms < 3000; ms += 100) rate.add(ms);
  assert.equal(rate.perSecond(3000), 10);
  assert.equal(rate.perSecond(3999), 10);
  assert.equal(rate.perSecond(6000), 4, 'two of the last five seconds had ten each');
  assert.equal(rate.perSecond(60_000), 0);
});
