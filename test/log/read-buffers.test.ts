import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadBuffers } from '../../src/log/read-buffers.ts';

const mebibyte = 2 ** 20;

test('memory that was given back is lent again, to one reader at a time', () => {
  const buffers = new ReadBuffers();
  const first = buffers.take(mebibyte);
  assert.notEqual(buffers.take(mebibyte).buffer, first.buffer);
  buffers.giveBack(first.subarray(100, 200));
  assert.equal(buffers.idleBytes, mebibyte);
  buffers.giveBack(first);
  assert.equal(buffers.idleBytes, mebibyte, 'it is there once');
  const again = buffers.take(mebibyte - 1);
  assert.equal(again.buffer, first.buffer);
  assert.equal(again.length, mebibyte - 1);
  assert.notEqual(buffers.take(mebibyte).buffer, first.buffer);
});

test('memory that is too small is left for others', () => {
  const buffers = new ReadBuffers();
  const small = buffers.take(300_000);
  buffers.giveBack(small);
  assert.notEqual(buffers.take(mebibyte).buffer, small.buffer);
  assert.equal(buffers.take(300_000).buffer, small.buffer);
});

test('memory from elsewhere is not taken', () => {
  const buffers = new ReadBuffers();
  for (const foreign of [Buffer.alloc(mebibyte), buffers.take(100)]) {
    assert.ok(!buffers.isLent(foreign));
    buffers.giveBack(foreign);
  }
  assert.equal(buffers.idleBytes, 0);
});

test('no more is kept than the limit allows', () => {
  const buffers = new ReadBuffers({ maxIdleBytes: 3 * mebibyte });
  const taken = Array.from({ length: 7 }, () => buffers.take(mebibyte));
  for (const each of taken) buffers.giveBack(each);
  assert.equal(buffers.idleBytes, 3 * mebibyte);
});
