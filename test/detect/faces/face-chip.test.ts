import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignFace, chipSharpness, chipSize, cutChip } from '../../../src/detect/faces/face-chip.ts';
import { fitSimilarity, transformPoint } from '../../../src/detect/faces/similarity.ts';
import type { FacePoints } from '../../../src/topics/face-attribute.ts';

/** The mean face of 100 pixels, from the front, its square's corner at (40, 30). */
const frontal: FacePoints = {
  rightEye: [62.55, 51.6],
  leftEye: [115.48, 51.6],
  nose: [89.01, 81.56],
  rightMouth: [65.41, 108.02],
  leftMouth: [112.61, 108.02],
};

test('a similarity transform is found again from its points', () => {
  const wanted = { a: 1.5, b: -0.5, dx: 7, dy: -3 };
  const from = [
    [0, 0],
    [10, 2],
    [3, 9],
  ] as const;
  const found = fitSimilarity(
    from,
    from.map((point) => transformPoint(wanted, point)),
  );
  for (const key of ['a', 'b', 'dx', 'dy'] as const) assert.ok(Math.abs(found[key] - wanted[key]) < 1e-9, key);
});

test('a face from the front is not turned, whatever its roll; one whose nose is at its eye is', () => {
  assert.ok(alignFace(frontal).turn < 0.001);
  assert.ok(Math.abs(alignFace(frontal).eyesPx - 52.93) < 0.01);
  const roll = { a: Math.cos(0.5), b: Math.sin(0.5), dx: 100, dy: 0 };
  const rolled = Object.fromEntries(
    Object.entries(frontal).map(([name, point]) => [name, transformPoint(roll, point)]),
  );
  assert.ok(alignFace(rolled).turn < 0.001);
  assert.ok(alignFace({ ...frontal, nose: [64, 81] }).turn > 0.15);
});

test('a chip shows the face upright with a margin, and black where the frame ends', () => {
  const [width, height] = [180, 90];
  const data = new Uint8Array(3 * width * height).fill(200);
  // A red dot of five pixels around the left eye.
  for (let y = 49; y < 54; y++) for (let x = 113; x < 118; x++) data.set([250, 0, 0], 3 * (y * width + x));
  const chip = cutChip({ width, height, channels: 3, data }, alignFace(frontal));
  const pixel = (x: number, y: number) => [...chip.subarray(3 * (y * chipSize + x), 3 * (y * chipSize + x) + 3)];
  // (0.7548 + 0.25) / 1.5 × 150
  assert.deepEqual(pixel(100, 47), [250, 0, 0]);
  assert.deepEqual(pixel(50, 47), [200, 200, 200]);
  assert.deepEqual(pixel(75, 140), [0, 0, 0], 'below the frame');
});

test('sharpness falls when a picture is blurred, and not when it is dimmed', () => {
  const pattern = (value: (x: number, y: number) => number) =>
    Uint8Array.from({ length: 3 * chipSize * chipSize }, (_, at) => {
      const pixel = Math.floor(at / 3);
      return value(pixel % chipSize, Math.floor(pixel / chipSize));
    });
  const sharp = pattern((x, y) => 128 + 60 * Math.sin(x) * Math.sin(y));
  const dim = pattern((x, y) => 64 + 30 * Math.sin(x) * Math.sin(y));
  const blurred = pattern((x, y) => 128 + 60 * Math.sin(x / 6) * Math.sin(y / 6));
  assert.ok(chipSharpness(sharp) > 100 * chipSharpness(blurred));
  assert.ok(Math.abs(chipSharpness(dim) / chipSharpness(sharp) - 1) < 0.05);
});
