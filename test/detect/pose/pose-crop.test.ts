import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillCrop, squareAround } from '../../../src/detect/pose/pose-crop.ts';
import { decodeJoints } from '../../../src/detect/pose/pose-reader.ts';

/** Red grows to the right, green downwards, blue is 7. */
function ramp(width: number, height: number) {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 7], 3 * (y * width + x));
  return { width, height, channels: 3, data };
}

const asTheyAre = Float32Array.from({ length: 256 }, (_, level) => level);

test('the square around a person has its middle and room on all sides', () => {
  const square = squareAround({ x: 40, y: 10, width: 20, height: 80 });
  assert.deepEqual(square, { left: 0, top: 0, side: 100 });
});

test('a crop of the picture’s own scale copies its pixels', () => {
  const out = new Float32Array(3 * 5 * 5);
  fillCrop(ramp(20, 15), { left: 6, top: 4, side: 5 }, asTheyAre, 5, out);
  assert.deepEqual([...out.subarray(0, 6)], [6, 4, 7, 7, 4, 7]);
  assert.deepEqual([...out.subarray(-3)], [10, 8, 7]);
});

test('a crop is blended between pixels and black beyond the picture', () => {
  const out = new Float32Array(3 * 4 * 4);
  fillCrop(ramp(11, 9), { left: -2, top: -2, side: 8 }, asTheyAre, 4, out);
  assert.deepEqual([...out.subarray(0, 12)], new Array(12).fill(0));
  // The second row and column cover pixels 0 and 1.
  assert.deepEqual([...out.subarray(12, 18)], [0, 0, 0, 1, 1, 7]);
});

test('grey pictures are read as red, green and blue alike', () => {
  const out = new Float32Array(3);
  fillCrop(
    { width: 1, height: 1, channels: 1, data: Uint8Array.of(99) },
    { left: 0, top: 0, side: 1 },
    asTheyAre,
    1,
    out,
  );
  assert.deepEqual([...out], [99, 99, 99]);
});

test('grey levels become what the model takes', () => {
  const out = new Float32Array(3);
  const halved = asTheyAre.map((level) => level / 2 - 1);
  fillCrop({ width: 1, height: 1, channels: 1, data: Uint8Array.of(99) }, { left: 0, top: 0, side: 1 }, halved, 1, out);
  assert.deepEqual([...out], [48.5, 48.5, 48.5]);
});

test('joints come back in frame pixels', () => {
  const values = new Float32Array(51);
  values.set([0.25, 0.5, 0.876], 3 * 9);
  const joints = decodeJoints(values, { left: -10, top: 30, side: 200 });
  assert.deepEqual(joints[9], [90, 80, 0.88]);
  assert.deepEqual(joints[16], [-10, 30, 0]);
});
