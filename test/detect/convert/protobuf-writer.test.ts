import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtobufWriter } from '../../../src/detect/convert/protobuf-writer.ts';

function hex(writer: ProtobufWriter): string {
  return Buffer.from(writer.finish()).toString('hex');
}

test('fields are written as the format’s own documentation shows them', () => {
  // The examples of the protocol buffers encoding guide: 150, "testing", and a message that holds 150.
  assert.equal(hex(new ProtobufWriter().integer(1, 150)), '089601');
  assert.equal(hex(new ProtobufWriter().text(2, 'testing')), '120774657374696e67');
  assert.equal(hex(new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150))), '1a03089601');
});

test('negative and large whole numbers take ten bytes at most', () => {
  assert.equal(hex(new ProtobufWriter().integer(1, -1)), '08ffffffffffffffffff01');
  assert.equal(hex(new ProtobufWriter().integer(1, 2n ** 63n - 1n)), '08ffffffffffffffff7f');
  assert.equal(hex(new ProtobufWriter().integers(4, [1, -2])), '200120feffffffffffffffff01');
});

test('a float is four bytes, low byte first; a high field number has a longer tag', () => {
  assert.equal(hex(new ProtobufWriter().float(2, 1)), '150000803f');
  assert.equal(hex(new ProtobufWriter().integer(20, 7)), 'a00107');
});
