import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centernet } from '../../../src/detect/decoders/centernet.ts';

const options = { input: { width: 512, height: 512 }, classes: 80, threshold: 0.3 };

function output(...rows: number[][]): Float32Array {
  const values = new Float32Array(600);
  for (const [index, row] of rows.entries()) values.set(row, index * 6);
  return values;
}

test('a row is two corners, a score and a class', () => {
  assert.deepEqual(centernet.outputShapes(options), [[1, 100, 6]]);
  assert.deepEqual(centernet.decode([output([10, 20, 30, 60, 0.75, 2], [1, 2, 3, 4, 0.5, 0])], options), [
    { classIndex: 2, score: 0.75, left: 10, top: 20, right: 30, bottom: 60 },
    { classIndex: 0, score: 0.5, left: 1, top: 2, right: 3, bottom: 4 },
  ]);
});

test('rows below the threshold, with an unknown class or without a number are left out', () => {
  const rows = [
    [0, 0, 9, 9, 0.29, 0],
    [0, 0, 9, 9, 0.9, 80],
    [0, 0, 9, 9, 0.9, -1],
    [0, 0, 9, 9, Number.NaN, 0],
  ];
  assert.deepEqual(centernet.decode([output(...rows)], options), []);
});
