import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from '../../../src/wire/codec/reader.ts';

function of(hex: string): Reader {
  return new Reader(Buffer.from(hex, 'hex'));
}

test('integers are big-endian, signed or not', () => {
  const reader = of('ff80000102ffff00000001ffffffff8000000000000000');
  assert.equal(reader.int8(), -1);
  assert.equal(reader.int16(), -32768);
  assert.equal(reader.uint16(), 0x0102);
  assert.equal(reader.uint16(), 0xffff);
  assert.equal(reader.int32(), 1);
  assert.equal(reader.uint32(), 0xffffffff);
  assert.equal(reader.int64(), -(2n ** 63n));
  reader.expectEnd();
});

test('varints are unsigned, zigzag, and of 64 bits', () => {
  assert.equal(of('00').unsignedVarint(), 0);
  assert.equal(of('ac02').unsignedVarint(), 300);
  assert.equal(of('ffffffff0f').unsignedVarint(), 2 ** 32 - 1);
  assert.equal(of('01').varint(), -1);
  assert.equal(of('02').varint(), 1);
  assert.equal(of('ffffffff0f').varint(), -(2 ** 31));
  assert.equal(of('feffffff0f').varint(), 2 ** 31 - 1);
  assert.equal(of('ffffffffffffffffff01').varlong(), -(2n ** 63n));
  assert.equal(of('feffffffffffffffff01').varlong(), 2n ** 63n - 1n);
});

test('a varlong read as a number is the same as read as a bigint, up to what a number holds', () => {
  for (const hex of ['00', '01', '02', '93a001', 'feffffffffffff0f', 'ffffffffffffff0f']) {
    assert.equal(BigInt(of(hex).safeVarlong()), of(hex).varlong(), hex);
  }
  assert.throws(() => of('feffffffffffffffff01').safeVarlong(), { kind: 'invalid-value' });
});

test('varints that never end, or hold too many bits, are refused', () => {
  assert.throws(() => of('ffffffffff01').unsignedVarint(), { kind: 'invalid-value' });
  assert.throws(() => of('ffffffff10').unsignedVarint(), { kind: 'invalid-value' });
  assert.throws(() => of('ff'.repeat(11)).varlong(), { kind: 'invalid-value' });
  assert.throws(() => of('ff'.repeat(11)).safeVarlong(), { kind: 'invalid-value' });
  assert.throws(() => of('ffff').unsignedVarint(), { kind: 'truncated' });
});

test('every type refuses to read past the end', () => {
  const reads: ((reader: Reader) => unknown)[] = [
    (reader) => reader.int8(),
    (reader) => reader.int16(),
    (reader) => reader.uint16(),
    (reader) => reader.int32(),
    (reader) => reader.uint32(),
    (reader) => reader.int64(),
    (reader) => reader.float64(),
    (reader) => reader.uuid(),
    (reader) => reader.bool(),
  ];
  for (const read of reads) assert.throws(() => read(of('')), { kind: 'truncated' });
});

test('the end of a window is respected although the buffer goes on', () => {
  const outer = of('0102030405');
  const window = outer.window(2);
  assert.equal(window.int16(), 0x0102);
  assert.throws(() => window.int8(), { kind: 'truncated' });
  assert.equal(outer.remaining, 3);
  assert.throws(() => new Reader(Buffer.alloc(8), 0, 4).int64(), { kind: 'truncated' });
});

test('lengths are checked before anything is sliced', () => {
  for (const length of [-1, -0x80000000, 5, 0x7fffffff]) {
    assert.throws(() => of('01020304').slice(length), { kind: 'hostile-length' }, `${length}`);
    assert.throws(() => of('01020304').text(length), { kind: 'hostile-length' }, `${length}`);
    assert.throws(() => of('01020304').skip(length), { kind: 'hostile-length' }, `${length}`);
    assert.throws(() => of('01020304').window(length), { kind: 'hostile-length' }, `${length}`);
  }
});

test('counts are checked against the least that the elements need', () => {
  assert.equal(of('0102030405060708').count(2, 4), 2);
  assert.throws(() => of('0102030405060708').count(3, 4), { kind: 'hostile-length' });
  assert.throws(() => of('0102030405060708').count(-1, 4), { kind: 'hostile-length' });
  assert.throws(() => of('01').count(2, 0), { kind: 'hostile-length' });
});

test('slices share memory with what is read from', () => {
  const buffer = Buffer.from('abcdef');
  const slice = new Reader(buffer).slice(3);
  buffer[0] = 0x7a;
  assert.equal(slice.toString(), 'zbc');
});

test('bytes left over are named', () => {
  const reader = of('0102');
  reader.int8();
  assert.throws(() => reader.expectEnd(), { kind: 'trailing-bytes', message: '1 bytes are left after byte 1.' });
});
