import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteScale, wholeFilters } from '../../../src/detect/convert/eight-bits.ts';

test('a range becomes 256 values of which one is nought', () => {
  const { scale, zeroPoint } = byteScale([-1, 3]);
  assert.equal(zeroPoint, 64);
  assert.ok(Math.abs(scale * (255 - zeroPoint) - 3) < scale && Math.abs(-scale * zeroPoint + 1) < scale);
  assert.deepEqual(byteScale([0.5, 2]), { scale: 2 / 255, zeroPoint: 0 }, 'nought is taken in');
  assert.deepEqual(byteScale([0, 0]), { scale: 1, zeroPoint: 0 }, 'nothing but nought');
});

test('filters become whole numbers of seven bits, each output with its own scale', () => {
  const data = Float32Array.of(0.5, -1, 0.25, 0, 64, -32);
  const { filters, filterScales, biases, biasScales } = wholeFilters(
    { type: 'float32', shape: [2, 3, 1, 1], data },
    [1, -2],
    0.5,
  );
  assert.deepEqual([...filters.data], [32, -64, 16, 0, 64, -32]);
  assert.deepEqual([...filterScales], [1 / 64, 1]);
  assert.deepEqual([...biasScales], [1 / 128, 0.5]);
  assert.deepEqual([...biases.data], [128, -4]);
});

test('what is added to the biases is told the filters as they are after rounding', () => {
  const data = Float32Array.of(1, 0.3);
  const { biases } = wholeFilters({ type: 'float32', shape: [1, 2, 1, 1], data }, [0], 1, (rounded) => {
    assert.deepEqual([...rounded], [1, 19 / 64]);
    return [0.5];
  });
  assert.deepEqual([...biases.data], [32]);
});

test('an output without weights keeps its bias', () => {
  const { biases, biasScales } = wholeFilters(
    { type: 'float32', shape: [1, 1, 1, 1], data: new Float32Array(1) },
    [0.75],
    0.1,
  );
  assert.ok(Math.abs(Number(biases.data[0]) * (biasScales[0] ?? 0) - 0.75) < 1e-6);
});
