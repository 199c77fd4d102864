import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blazeface } from '../../../src/detect/decoders/blazeface.ts';
import { yunet } from '../../../src/detect/decoders/yunet.ts';

const classes = 1;

function zeros(shapes: readonly (readonly number[])[]): Float32Array[] {
  return shapes.map((shape) => new Float32Array(shape.reduce((product, length) => product * length, 1)));
}

test('YuNet: a cell of the middle grid becomes a box with five points', () => {
  const input = { width: 64, height: 32 };
  const outputs = zeros(yunet.outputShapes({ input, classes }));
  assert.deepEqual(
    outputs.map(({ length }) => length),
    [32, 8, 2, 32, 8, 2, 128, 32, 8, 320, 80, 20],
  );
  const cell = 5; // column 1, row 1 of 4 × 2
  outputs[1]?.fill(0.81, cell, cell + 1);
  outputs[4]?.fill(0.64, cell, cell + 1);
  outputs[7]?.set([0.5, 0.25, Math.log(2), Math.log(1.5)], 4 * cell);
  outputs[10]?.set([0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1], 10 * cell);
  const [box, ...others] = yunet.decode(outputs, { input, classes, threshold: 0.6 });
  assert.equal(others.length, 0);
  assert.ok(box && Math.abs(box.score - 0.72) < 1e-6);
  assert.deepEqual(
    [box.left, box.top, box.right, box.bottom].map((value) => Math.round(value * 1000) / 1000),
    [8, 8, 40, 32],
  );
  assert.deepEqual(box.points, [16, 16, 32, 16, 24, 24, 16, 32, 32, 32]);
});

test('BlazeFace: an anchor of the coarse grid becomes a box with its points', () => {
  const input = { width: 256, height: 256 };
  const outputs = zeros(blazeface.outputShapes({ input, classes }));
  assert.deepEqual(
    outputs.map(({ length }) => length),
    [512, 384, 8192, 6144],
  );
  for (const scores of outputs.slice(0, 2)) scores.fill(-9);
  const anchor = 6 * 9 + 2; // column 1, row 1 of 8 × 8: its middle is (48, 48)
  outputs[1]?.fill(2, anchor, anchor + 1);
  outputs[3]?.set([2, -2, 40, 60, -10, -10, 10, -10, 0, 0, 0, 10, -20, 0, 20, 0], 16 * anchor);
  const [box, ...others] = blazeface.decode(outputs, { input, classes, threshold: 0.5 });
  assert.equal(others.length, 0);
  assert.ok(box && Math.abs(box.score - 1 / (1 + Math.exp(-2))) < 1e-6);
  assert.deepEqual([box.left, box.top, box.right, box.bottom], [30, 16, 70, 76]);
  assert.deepEqual(box.points?.slice(0, 8), [38, 38, 58, 38, 48, 48, 48, 58]);
});
