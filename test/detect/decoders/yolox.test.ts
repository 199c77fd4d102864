import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yolox } from '../../../src/detect/decoders/yolox.ts';

// A 32 × 32 input has 4 × 4 cells of stride 8, 2 × 2 of stride 16 and one of stride 32: 21 rows of 5 + 2 values.
const options = { input: { width: 32, height: 32 }, classes: 2, threshold: 0.5 };
const rowLength = 7;

function output(rows: Record<number, number[]>): Float32Array {
  const values = new Float32Array(21 * rowLength);
  for (const [row, numbers] of Object.entries(rows)) values.set(numbers, Number(row) * rowLength);
  return values;
}

test('the output has a row for each cell of the three grids', () => {
  assert.deepEqual(yolox.outputShapes(options), [[1, 21, 7]]);
  assert.deepEqual(yolox.outputShapes({ input: { width: 416, height: 416 }, classes: 80 }), [[1, 3549, 85]]);
});

test('a cell of the first grid is read in steps of 8 pixels', () => {
  // Row 6 is column 2, row 1. Centre (2 + 0.5) × 8 = 20 and (1 + 0.25) × 8 = 10; size e^0 × 8 = 8 and e^(ln 2) × 8 = 16.
  const boxes = yolox.decode([output({ 6: [0.5, 0.25, 0, Math.log(2), 0.9, 0.1, 0.8] })], options);
  assert.equal(boxes.length, 1);
  const [box] = boxes;
  assert.equal(box?.classIndex, 1);
  assert.ok(Math.abs((box?.score ?? 0) - 0.72) < 1e-6);
  assert.deepEqual([box?.left, box?.right], [16, 24]);
  assert.ok(Math.abs((box?.top ?? 0) - 2) < 1e-5 && Math.abs((box?.bottom ?? 0) - 18) < 1e-5);
});

test('the second and third grid follow with steps of 16 and 32 pixels', () => {
  // Row 16 + 3 is column 1, row 1 of the second grid; row 20 is the only cell of the third.
  const rows = { 19: [0, 0, 0, 0, 1, 1, 0], 20: [0.5, 0.5, 0, 0, 1, 0, 1] };
  const boxes = yolox.decode([output(rows)], options);
  assert.deepEqual(boxes, [
    { classIndex: 0, score: 1, left: 8, top: 8, right: 24, bottom: 24 },
    { classIndex: 1, score: 1, left: 0, top: 0, right: 32, bottom: 32 },
  ]);
});

test('a cell below the threshold is left out, whether for its objectness or for its class', () => {
  const rows = { 0: [0, 0, 0, 0, 0.49, 1, 0], 1: [0, 0, 0, 0, 1, 0.49, 0], 2: [0, 0, 0, 0, 0.7, 0.7, 0] };
  assert.deepEqual(yolox.decode([output(rows)], options), []);
});
