import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detourOf } from '../../../src/threat/features/detour.ts';
import { sightFeatures } from '../../../src/threat/features/sight-features.ts';
import { turbulenceFeatures } from '../../../src/threat/features/turbulence-features.ts';
import { featureNames, windowFeatures } from '../../../src/threat/features/window-features.ts';
import type { MotionField } from '../../../src/threat/motion/motion-summary.ts';
import type { SeenMoment } from '../../../src/threat/window/moment.ts';

const [columns, rows] = [20, 11];
const still = { people: [], outside: 0, moving: 0, fastest: 0, disorder: 0, change: 0, changeMost: 0, shake: 0 };

/** A picture in which one area of three by three blocks moves with the given velocities, pixels a second, one a frame. */
function window(velocities: readonly [x: number, y: number][]): SeenMoment[] {
  const hot = [4, 5, 6].flatMap((row) => [5, 6, 7].map((column) => row * columns + column));
  return velocities.map(([x, y], frame) => {
    const field: MotionField = { columns, rows, moving: hot.map((block) => [block, x, y] as const) };
    const at = { frame, ptsUs: frame * 100_000, capturedAtUs: 0, width: 1280, height: 704 };
    return { ...at, people: [], motion: { ...still, seconds: 0.1, field } };
  });
}

test('who walks straight on makes no detour, who goes to and fro makes nothing else', () => {
  const walk = Array.from({ length: 9 }, (_, step) => ({ ptsUs: step * 100_000, x: 10 * step, y: 5 * step }));
  assert.ok(Math.abs(detourOf(walk, 50)) < 1e-9);
  const swing = walk.map(({ ptsUs }, step) => ({ ptsUs, x: 10 * (step % 2), y: 0 }));
  // Eight steps of 10 pixels in 0.8 s: 100 pixels a second, of a person of 50.
  assert.ok(Math.abs(detourOf(swing, 50) - 2) < 1e-9);
  assert.deepEqual([detourOf([], 50), detourOf(walk.slice(0, 2), 50)], [0, 0]);
});

test('what passes is no turbulence, what swings is, at the same speed', () => {
  const passing = turbulenceFeatures(window(Array.from({ length: 9 }, () => [40, 0])));
  const swinging = turbulenceFeatures(window(Array.from({ length: 9 }, (_, frame) => [frame % 2 ? 40 : -40, 0])));
  assert.ok(Math.abs((passing['map.speed.hot'] ?? 0) - (swinging['map.speed.hot'] ?? 1)) < 1e-9);
  assert.ok(Math.abs(passing['map.turbulentShare'] ?? 1) < 1e-9);
  assert.ok((swinging['map.turbulentShare'] ?? 0) > 0.8);
  assert.ok((swinging['map.reversal.hot'] ?? 0) > 1 && Math.abs(passing['map.reversal.hot'] ?? 1) < 1e-9);
});

test('a window without pictures, or of pictures that changed their size, has all the features of a map', () => {
  const [first, second, ...others] = window(Array.from({ length: 9 }, () => [40, 0]));
  assert.ok(first && second?.motion);
  const cut = { ...second, motion: { ...second.motion, field: { columns: 1, rows: 1, moving: [[0, 9, 9] as const] } } };
  for (const moments of [[], [{ ...first, motion: undefined } as unknown as SeenMoment], [first, cut, ...others]]) {
    const features = windowFeatures(moments);
    assert.deepEqual(Object.keys(features), featureNames);
    assert.ok(Object.values(features).every(Number.isFinite));
  }
});

test('how near people are, and whether one is seen whole, is told of a window; of nobody nothing is asked', () => {
  const at = (frame: number, ...boxes: readonly [x: number, width: number, height: number][]): SeenMoment => ({
    frame,
    ptsUs: frame * 100_000,
    capturedAtUs: 0,
    width: 1000,
    height: 500,
    people: boxes.map(([x, boxWidth, height], index) => ({
      track: `${index}`,
      box: { x, y: 100, width: boxWidth, height },
      score: 0.9,
    })),
  });
  const cutOff = at(0, [960, 40, 90]);
  const inside = at(1, [500, 40, 90]);
  // 1.5 √(40 × 90) of 1000 pixels.
  assert.deepEqual(sightFeatures([cutOff, inside, at(2), cutOff, cutOff]), {
    'sight.nearest': 0.09,
    'sight.whole': 0.25,
  });
  assert.deepEqual(sightFeatures([at(0), at(1)]), { 'sight.nearest': 1, 'sight.whole': 1 });
  const [near, far] = [at(0, [500, 90, 250]), at(0, [500, 10, 40])];
  assert.ok(sightFeatures([near, far, far])['sight.nearest'] > 0.1, 'the nearest count');
});
