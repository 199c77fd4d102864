import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayOf } from '../../../src/wire/codec/array.ts';
import { field } from '../../../src/wire/codec/field.ts';
import { message } from '../../../src/wire/codec/message.ts';
import { nullable } from '../../../src/wire/codec/nullable.ts';
import { int8, int32, int64 } from '../../../src/wire/codec/primitives.ts';
import { struct } from '../../../src/wire/codec/struct.ts';
import { bytes, records, string } from '../../../src/wire/codec/text-and-bytes.ts';

const example = message(
  'Example',
  { validVersions: '0-2', flexibleVersions: '2+' },
  {
    id: int32,
    name: nullable(string, '1+'),
    items: field(arrayOf({ at: int8, data: field(bytes) }), { versions: '1+' }),
    limit: field(int32, { versions: '2+', default: 9, tag: 0 }),
    leader: field(struct({ node: field(int32, { default: -1 }) }), { versions: '2+', tag: 3 }),
    part: field(nullable(struct({ offset: int64 })), { versions: '2+', default: null }),
  },
);

test('a field that the version lacks decodes to its default and is not written', () => {
  const bytes = example.encodeBuffer({ id: 1, name: 'x', limit: 5, items: [{ at: 1 }] }, 0);
  assert.equal(bytes.toString('hex'), '00000001000178');
  assert.deepEqual(example.decodeBuffer(bytes, 0), {
    id: 1,
    name: 'x',
    items: [],
    limit: 9,
    leader: { node: -1 },
    part: null,
  });
});

test('defaults are made afresh: changing a decoded object changes no other', () => {
  const bytes = example.encodeBuffer({ id: 1, name: '' }, 0);
  const first = example.decodeBuffer(bytes, 0);
  first.items.push({ at: 1, data: Buffer.alloc(0) });
  first.leader.node = 4;
  const second = example.decodeBuffer(bytes, 0);
  assert.deepEqual(second.items, []);
  assert.deepEqual(second.leader, { node: -1 });
});

test('tagged fields are written only when they differ from their defaults', () => {
  const plain = example.encodeBuffer({ id: 1, name: null, limit: 9, leader: { node: -1 } }, 2);
  assert.equal(plain.toString('hex'), '000000010001ff00');
  const tagged = example.encodeBuffer({ id: 1, name: null, limit: 10, leader: { node: 2 } }, 2);
  assert.equal(tagged.toString('hex'), '000000010001ff0200040000000a03050000000200');
});

test('unknown tagged fields are written back between the known ones, in the order of their tags', () => {
  const hex = '000000010001ff0300040000000a0102abcd03050000000200';
  const decoded = example.decodeBuffer(Buffer.from(hex, 'hex'), 2);
  assert.deepEqual(decoded.unknownTaggedFields, [{ tag: 1, data: Buffer.from('abcd', 'hex') }]);
  assert.equal(decoded.limit, 10);
  assert.deepEqual(decoded.leader, { node: 2 });
  assert.equal(example.encodeBuffer(decoded, 2).toString('hex'), hex);
});

test('tags that repeat or descend, and known fields with bytes left over, are refused', () => {
  const decode = (tags: string) => () => example.decodeBuffer(Buffer.from(`000000010001ff${tags}`, 'hex'), 2);
  assert.throws(decode('0205000500'), { kind: 'invalid-value' });
  assert.throws(decode('0206000500'), { kind: 'invalid-value' });
  assert.throws(decode('0100050000000a00'), { kind: 'trailing-bytes' });
  assert.throws(decode('01000300000a'), { kind: 'truncated' });
  assert.throws(decode('01007f00000a'), { kind: 'hostile-length' });
  assert.throws(decode('ffffffff0f'), { kind: 'hostile-length' });
});

test('null is refused where the version has none, in both directions', () => {
  assert.throws(() => example.encodeBuffer({ id: 1, name: null }, 0), { kind: 'invalid-value' });
  assert.throws(() => example.decodeBuffer(Buffer.from('00000001ffff', 'hex'), 0), { kind: 'invalid-value' });
  assert.equal(example.decodeBuffer(Buffer.from('00000001ffff00000000', 'hex'), 1).name, null);
});

test('lengths that are negative, or larger than what remains, are refused before anything is made', () => {
  const blob = message(
    'Blob',
    { validVersions: '0-1', flexibleVersions: '1+' },
    { text: string, body: nullable(bytes), batch: nullable(records), list: nullable(arrayOf(int64)) },
  );
  const refuse = (version: number, hex: string) => {
    assert.throws(() => blob.decodeBuffer(Buffer.from(hex, 'hex'), version), { kind: 'hostile-length' }, hex);
  };
  refuse(0, 'fffe');
  refuse(0, '7fff');
  for (const start of ['0000', '0000ffffffff', '0000ffffffffffffffff']) {
    for (const length of ['fffffffe', '80000000', '7fffffff', '00000001']) refuse(0, `${start}${length}`);
  }
  refuse(1, '05');
  for (const start of ['', '01', '0100', '010000']) refuse(1, `${start}ffffffff0f`);
  refuse(0, '0000ffffffffffffffff0000000200112233445566778899aabbccddee');
});

test('a marker that is neither present nor null is refused', () => {
  const decode = (marker: string) => () => example.decodeBuffer(Buffer.from(`000000010001${marker}00`, 'hex'), 2);
  assert.throws(decode('00'), { kind: 'invalid-value' });
  assert.throws(decode('02'), { kind: 'invalid-value' });
});

test('records may be given in several parts, which are gathered without copying', () => {
  const holder = message('Holder', { validVersions: '0', flexibleVersions: 'none' }, { batch: records });
  const parts = [Buffer.alloc(3_000, 'a'), Buffer.alloc(5_000, 'b')];
  const encoded = holder.encodeBuffer({ batch: parts }, 0);
  assert.equal(encoded.readInt32BE(0), 8_000);
  assert.ok(holder.decodeBuffer(encoded, 0).batch.equals(Buffer.concat(parts)));
});

test('a string longer than its length field can say is refused', () => {
  assert.throws(() => example.encodeBuffer({ id: 1, name: 'x'.repeat(40_000) }, 1), { kind: 'invalid-value' });
  const long = example.encodeBuffer({ id: 1, name: 'x'.repeat(40_000) }, 2);
  assert.equal(example.decodeBuffer(long, 2).name?.length, 40_000);
});

test('an error names the message, the version and the field it was met in', () => {
  const cut = Buffer.from('0000000100017800000001010000ffff', 'hex');
  assert.throws(() => example.decodeBuffer(cut, 1), {
    kind: 'hostile-length',
    path: 'Example v1.items.data',
    message: /^Example v1\.items\.data: .* claims 65535 bytes; 0 remain\.$/,
  });
  assert.throws(() => example.encodeBuffer({ id: 2 ** 40, name: '' }, 0), {
    kind: 'invalid-value',
    path: 'Example v0.id',
  });
});

test('the compiler knows which fields may be left out and which types they have', () => {
  const decoded = example.decodeBuffer(example.encodeBuffer({ id: 1, name: 'x' }, 2), 2);
  const limit: number = decoded.limit;
  const data: Buffer | undefined = decoded.items[0]?.data;
  assert.deepEqual([limit, data], [9, undefined]);
  // @ts-expect-error a field without a default has to be given
  assert.throws(() => example.encodeBuffer({ name: 'x' }, 0));
  // @ts-expect-error a number is no bigint
  assert.throws(() => example.encodeBuffer({ id: 1, name: 'x', part: { offset: 1 } }, 2));
});
