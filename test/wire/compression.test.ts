import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WireError } from '../../src/wire/codec/wire-error.ts';
import { xxhash32 } from '../../src/wire/compression/xxhash32.ts';
import { compress, decompress } from '../../src/wire/compression.ts';
import { seededRandom } from './random-value.ts';

const algorithms = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

function noise(length: number, values: number): Buffer {
  const random = seededRandom(length + values);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * values)));
}

const inputs: Record<string, Buffer> = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.from('a'),
  'a dozen bytes': Buffer.from('abcabcabcabc'),
  'one byte repeated': Buffer.alloc(200_000, 7),
  'a pattern longer than a match': Buffer.alloc(150_000, noise(700, 256)),
  'what does not compress': noise(100_000, 256),
  'what compresses a little': noise(140_000, 5),
  'just above a block': Buffer.concat([Buffer.alloc(65_536, 'block '), Buffer.from('!')]),
};

for (const algorithm of algorithms) {
  for (const [name, input] of Object.entries(inputs)) {
    test(`${algorithm} brings back ${name}`, () => {
      assert.ok(decompress(algorithm, compress(algorithm, input)).equals(input));
    });
  }

  test(`${algorithm} makes repetition smaller`, () => {
    const input = inputs['one byte repeated'] ?? Buffer.alloc(0);
    assert.ok(compress(algorithm, input).length < input.length / 15);
  });

  test(`${algorithm} never passes the size that is allowed`, () => {
    const packed = compress(algorithm, Buffer.alloc(10_000, 'x'));
    assert.equal(decompress(algorithm, packed, 10_000).length, 10_000);
    assert.throws(() => decompress(algorithm, packed, 9_999), { kind: 'corrupt-compression' });
  });

  test(`${algorithm} cut short or damaged ends in a WireError or in other bytes`, () => {
    const packed = compress(algorithm, Buffer.from('the same words, the same words, the same words and others'));
    const random = seededRandom(11);
    for (let round = 0; round < 2_000; round++) {
      const damaged = Buffer.from(packed.subarray(0, 1 + Math.floor(random() * packed.length)));
      for (let i = 0; i < 3; i++) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      try {
        assert.ok(decompress(algorithm, damaged, 100_000).length <= 100_000);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }
  });
}

test('raw snappy, without Java’s framing, is read too', () => {
  const literal = Buffer.concat([Buffer.from([5, 4 << 2]), Buffer.from('hello')]);
  assert.equal(decompress('snappy', literal).toString(), 'hello');
  const overlapping = Buffer.from([10, 0, 0x61, 0b0001_0101, 1]);
  assert.equal(decompress('snappy', overlapping).toString(), 'aaaaaaaaaa');
});

test('matches that reach before the output are refused', () => {
  assert.throws(() => decompress('snappy', Buffer.from([10, 0, 0x61, 0b0001_0101, 2])), {
    kind: 'corrupt-compression',
  });
});

test('xxhash32 gives the values of its specification', () => {
  assert.equal(xxhash32(Buffer.alloc(0)), 0x02cc5d05);
  assert.equal(xxhash32(Buffer.from('a')), 0x550d7456);
  assert.equal(xxhash32(Buffer.from('abc')), 0x32d153ff);
  assert.equal(xxhash32(Buffer.from('Nobody inspects the spammish repetition')), 0xe2293b2f);
});
