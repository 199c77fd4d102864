import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from '../../../src/wire/codec/reader.ts';
import { Writer } from '../../../src/wire/codec/writer.ts';

test('every type reads back as written, at its bounds', () => {
  const writer = new Writer(16);
  writer.int8(-128);
  writer.uint8(255);
  writer.int16(-32768);
  writer.uint16(65535);
  writer.int32(-(2 ** 31));
  writer.uint32(2 ** 32 - 1);
  writer.int64(-(2n ** 63n));
  writer.float64(Math.PI);
  writer.bool(true);
  writer.uuid('AQIDBAUGBwgJCgsMDQ4PEA');
  writer.unsignedVarint(2 ** 32 - 1);
  writer.varint(-(2 ** 31));
  writer.varint(2 ** 31 - 1);
  writer.varlong(-(2n ** 63n));
  writer.varlong(2n ** 63n - 1n);
  const reader = new Reader(writer.toBuffer());
  assert.equal(reader.int8(), -128);
  assert.equal(reader.uint8(), 255);
  assert.equal(reader.int16(), -32768);
  assert.equal(reader.uint16(), 65535);
  assert.equal(reader.int32(), -(2 ** 31));
  assert.equal(reader.uint32(), 2 ** 32 - 1);
  assert.equal(reader.int64(), -(2n ** 63n));
  assert.equal(reader.float64(), Math.PI);
  assert.equal(reader.bool(), true);
  assert.equal(reader.uuid(), 'AQIDBAUGBwgJCgsMDQ4PEA');
  assert.equal(reader.unsignedVarint(), 2 ** 32 - 1);
  assert.equal(reader.varint(), -(2 ** 31));
  assert.equal(reader.varint(), 2 ** 31 - 1);
  assert.equal(reader.varlong(), -(2n ** 63n));
  assert.equal(reader.varlong(), 2n ** 63n - 1n);
  reader.expectEnd();
});

test('large buffers are gathered, not copied, and keep their place', () => {
  const large = Buffer.alloc(100_000, 'r');
  const writer = new Writer();
  writer.int32(1);
  writer.bytes(large);
  writer.int32(2);
  const parts = writer.finish();
  assert.equal(parts.length, 3);
  assert.equal(parts[1], large);
  assert.equal(writer.length, 100_008);
  assert.equal(Buffer.concat(parts).readInt32BE(100_004), 2);
});

test('a writer grows through many chunks and loses nothing', () => {
  const writer = new Writer(8);
  for (let i = 0; i < 50_000; i++) writer.int32(i);
  assert.equal(writer.length, 200_000);
  const reader = new Reader(writer.toBuffer());
  for (let i = 0; i < 50_000; i++) assert.equal(reader.int32(), i);
});

test('a text longer than a chunk is written whole', () => {
  const text = 'é'.repeat(100_000);
  const writer = new Writer(8);
  writer.int8(1);
  writer.text(text, Buffer.byteLength(text));
  assert.equal(writer.length, 200_001);
  assert.equal(writer.toBuffer().toString('utf8', 1), text);
});

test('a length reserved early is filled in when it is known, even after the chunk has been left', () => {
  const writer = new Writer(8);
  writer.int16(7);
  const slot = writer.reserveInt32();
  writer.bytes(Buffer.alloc(5_000, 1));
  writer.int64(1n);
  slot.set(writer.length - 6);
  const bytes = writer.toBuffer();
  assert.equal(bytes.readInt16BE(0), 7);
  assert.equal(bytes.readInt32BE(2), 5_008);
  assert.equal(bytes.length, 5_014);
});

test('finishing early takes nothing away from what follows', () => {
  const writer = new Writer();
  writer.int16(1);
  assert.equal(writer.finish().length, 1);
  writer.int16(2);
  assert.equal(Buffer.concat(writer.finish()).toString('hex'), '00010002');
});

test('what is not a uuid is refused', () => {
  for (const text of ['', 'AQIDBAUGBwgJCgsMDQ4PE', 'not a uuid at all !!!!', 'AQIDBAUGBwgJCgsMDQ4PEAAA']) {
    assert.throws(() => new Writer().uuid(text), { kind: 'invalid-value' }, text);
  }
});
