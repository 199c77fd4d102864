import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameTable } from '../../src/audit/frame-table.ts';
import { FrameBitmap } from '../../src/stage/frame-bitmap.ts';

const numbers = [0, 31, 32, 1023, 1024, 1025, 4095, 70_001, 2 ** 40, 2 ** 40 + 1];

test('a bitmap holds exactly the numbers that were added, in any order, once', () => {
  const bitmap = new FrameBitmap();
  for (const number of [...numbers].reverse()) assert.equal(bitmap.add(number), true);
  for (const number of numbers) assert.equal(bitmap.add(number), false);
  assert.equal(bitmap.size, numbers.length);
  assert.deepEqual([...bitmap.frames()], numbers);
  for (const absent of [1, 30, 33, 1022, 2047, 2 ** 40 - 1]) assert.equal(bitmap.has(absent), false);
});

test('a table remembers the first place of a frame', () => {
  const table = new FrameTable();
  for (const number of numbers)
    assert.equal(table.add(number, number % 7, number % 1000, 0xfffffff0 + (number % 7)), true);
  assert.equal(table.add(1024, 1, 1, 1), false);
  assert.equal(table.size, numbers.length);
  assert.equal(table.end, 2 ** 40 + 2);
  for (const number of numbers) {
    assert.deepEqual(
      [table.partitionOf(number), table.relativeOffsetOf(number), table.checksumOf(number)],
      [number % 7, number % 1000, 0xfffffff0 + (number % 7)],
    );
  }
  assert.equal(table.has(1026), false);
});
