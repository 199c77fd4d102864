import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastestdet } from '../../../src/detect/decoders/fastestdet.ts';

// A 48 × 32 input has 3 × 2 cells of 16 pixels; each value of the 5 + 2 is a plane of 6.
const options = { input: { width: 48, height: 32 }, classes: 2, threshold: 0.5 };

function output(cell: number, values: number[]): Float32Array {
  const planes = new Float32Array(7 * 6);
  for (const [plane, value] of values.entries()) planes[plane * 6 + cell] = value;
  return planes;
}

test('the output has a plane for each value', () => {
  assert.deepEqual(fastestdet.outputShapes(options), [[1, 7, 2, 3]]);
  assert.deepEqual(fastestdet.outputShapes({ input: { width: 352, height: 352 }, classes: 80 }), [[1, 85, 22, 22]]);
});

test('a cell becomes a box around its shifted centre', () => {
  // Cell 4 is column 1, row 1. tanh(0) = 0 and tanh(atanh 0.5) = 0.5: centre (16, 24). sigmoid(0) = half of the input.
  const values = [1, 0, Math.atanh(0.5), 0, 0, 0.25, 0.81];
  const [box] = fastestdet.decode([output(4, values)], options);
  assert.equal(box?.classIndex, 1);
  assert.ok(Math.abs((box?.score ?? 0) - 0.81 ** 0.4) < 1e-6);
  assert.deepEqual([box?.left, box?.right], [4, 28]);
  assert.ok(Math.abs((box?.top ?? 0) - 16) < 1e-4 && Math.abs((box?.bottom ?? 0) - 32) < 1e-4);
});

test('the score weighs objectness with 0.6 and the class with 0.4', () => {
  const [box] = fastestdet.decode([output(0, [0.5, 0, 0, 0, 0, 0.9, 0])], options);
  assert.ok(Math.abs((box?.score ?? 0) - 0.5 ** 0.6 * 0.9 ** 0.4) < 1e-6);
});

test('cells below the threshold, or with a class score below zero, are left out', () => {
  assert.deepEqual(fastestdet.decode([output(0, [0.3, 0, 0, 0, 0, 1, 0])], options), []);
  const negative = new Float32Array(7 * 6).fill(-1);
  negative[0] = 1;
  assert.deepEqual(fastestdet.decode([negative], options), []);
});
