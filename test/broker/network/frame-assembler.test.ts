import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameAssembler, FrameError } from '../../../src/broker/network/frame-assembler.ts';
import { Random } from '../random.ts';

function framed(payload: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(payload.length);
  return Buffer.concat([prefix, payload]);
}

test('frames come out whole however the bytes are cut', () => {
  const random = new Random(7);
  for (let round = 0; round < 200; round++) {
    const payloads = Array.from({ length: 1 + random.below(6) }, () => random.bytes(random.below(40)));
    const stream = Buffer.concat(payloads.map(framed));
    const assembler = new FrameAssembler(1000);
    const frames: Buffer[] = [];
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + 1 + random.below(20));
      assembler.push(stream.subarray(at, end), (frame) => frames.push(frame));
      at = end;
    }
    assert.deepEqual(frames, payloads);
  }
});

test('a frame larger than what is reserved at first is assembled as it arrives', () => {
  const payload = new Random(1).bytes(3_000_000);
  const stream = framed(payload);
  const assembler = new FrameAssembler(10_000_000);
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 65_536) {
    assembler.push(stream.subarray(at, at + 65_536), (frame) => frames.push(frame));
  }
  assert.equal(frames.length, 1);
  assert.ok(frames[0]?.equals(payload));
});

test('a frame inside one chunk is not copied', () => {
  const chunk = framed(Buffer.from('abc'));
  new FrameAssembler(10).push(chunk, (frame) => assert.equal(frame.buffer, chunk.buffer));
});

for (const length of [-1, -(2 ** 31), 2 ** 31 - 1, 101]) {
  test(`a length of ${length} is refused where 100 is the limit`, () => {
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(length);
    assert.throws(() => new FrameAssembler(100).push(prefix, () => assert.fail('no frame')), FrameError);
  });
}

test('a large announced length reserves little until its bytes come', () => {
  const assembler = new FrameAssembler(100 * 1024 * 1024);
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(100 * 1024 * 1024);
  assembler.push(Buffer.concat([prefix, Buffer.from('x')]), () => assert.fail('no frame'));
  assert.ok(assembler.pendingBytes <= 256 * 1024, `${assembler.pendingBytes} bytes`);
});
