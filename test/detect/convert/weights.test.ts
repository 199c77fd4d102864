import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { readWeights, widenHalf } from '../../../src/detect/convert/weights.ts';

test('half floats are widened', () => {
  const cases: [number, number][] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ];
  for (const [half, value] of cases) assert.equal(widenHalf(half), value);
  assert.ok(Number.isNaN(widenHalf(0x7e00)));
});

test('weights follow each other and are read in their own way', () => {
  const bytes = Buffer.alloc(4 + 4 + 2 + 3 + 4 + 2);
  bytes.writeFloatLE(1.5, 0);
  bytes.writeInt32LE(-7, 4);
  bytes.writeUInt16LE(0x3800, 8);
  bytes.set([0, 100, 255], 10);
  bytes.writeUInt16LE(1000, 13);
  bytes.writeUInt16LE(65_535, 15);
  bytes.set([1, 0], 17);
  const tensors = readWeights(bytes, [
    { name: 'float', shape: [], dtype: 'float32' },
    { name: 'whole', shape: [1], dtype: 'int32' },
    { name: 'half', shape: [1], dtype: 'float32', quantization: { dtype: 'float16' } },
    { name: 'byte', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -10 } },
    { name: 'word', shape: [2, 1], dtype: 'float32', quantization: { dtype: 'uint16', scale: 2, min: 1 } },
    { name: 'flag', shape: [2], dtype: 'bool' },
  ]);
  const values = [...tensors].map(([name, { type, data }]) => [name, type, ...Array.from(data, Number)]);
  assert.deepEqual(values, [
    ['float', 'float32', 1.5],
    ['whole', 'int32', -7],
    ['half', 'float32', 0.5],
    ['byte', 'float32', -10, 40, 117.5],
    ['word', 'float32', 2001, 131_071],
    ['flag', 'bool', 1, 0],
  ]);
  assert.deepEqual(tensors.get('word')?.shape, [2, 1]);
});

test('weights that end before their list does are refused', () => {
  const read = () => readWeights(new Uint8Array(7), [{ name: 'kernel', shape: [2], dtype: 'float32' }]);
  assert.throws(read, (error) => isFault(error, 'MODEL_INVALID') && /"kernel" ends at byte 8 of 7/.test(error.message));
  const unknown = () => readWeights(new Uint8Array(8), [{ name: 'text', shape: [1], dtype: 'string' }]);
  assert.throws(unknown, (error) => isFault(error, 'MODEL_INVALID') && /stored as string/.test(error.message));
});
