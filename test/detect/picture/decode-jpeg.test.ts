import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { isFault } from '../../../src/base/errors.ts';
import { openJpegDecoder } from '../../../src/detect/picture/decode-jpeg.ts';
import { jpegSize } from '../../../src/detect/picture/jpeg-size.ts';

/** A picture of one colour. */
function jpeg(width: number, height: number, background = { r: 200, g: 100, b: 50 }): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

function undecodable(pattern: RegExp) {
  return (error: unknown) => isFault(error, 'FRAME_UNDECODABLE') && pattern.test(error.message);
}

const decoder = await openJpegDecoder();

test('the size is read from baseline and progressive JPEGs', async () => {
  assert.deepEqual(jpegSize(await jpeg(321, 123)), { width: 321, height: 123 });
  const progressive = await sharp(await jpeg(64, 48))
    .jpeg({ progressive: true })
    .toBuffer();
  assert.deepEqual(jpegSize(progressive), { width: 64, height: 48 });
});

test('bytes that are no JPEG, or end too early, are refused', async () => {
  assert.throws(() => jpegSize(Buffer.alloc(0)), undecodable(/0 bytes are not a JPEG/));
  assert.throws(() => jpegSize(Buffer.from('not a picture')), undecodable(/13 bytes are not a JPEG/));
  const start = (await jpeg(60, 40)).subarray(0, 30);
  assert.throws(() => jpegSize(start), undecodable(/30 bytes are a JPEG without a frame header/));
});

test('a frame is decoded at its size', async () => {
  const picture = await decoder.decode(await jpeg(61, 43), { width: 61, height: 43 });
  assert.deepEqual([picture.width, picture.height, picture.channels], [61, 43, 3]);
  assert.equal(picture.data.length, 61 * 43 * 3);
  const [red = 0, green = 0, blue = 0] = picture.data;
  assert.ok(Math.abs(red - 200) < 4 && Math.abs(green - 100) < 4 && Math.abs(blue - 50) < 4);
});

test('the brightness alone is decoded as JPEG weighs colours', async () => {
  const bytes = await jpeg(61, 43);
  const { width, height, channels, data } = await decoder.decodeGrey(bytes, { width: 61, height: 43 });
  assert.deepEqual([width, height, channels, data.length], [61, 43, 1, 61 * 43]);
  assert.ok(Math.abs((data[0] ?? 0) - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) < 3);
  await assert.rejects(decoder.decodeGrey(bytes, { width: 60, height: 43 }), undecodable(/61 × 43/));
});

test('frames of changing sizes and colours follow each other', async () => {
  for (const [width, height, grey] of [
    [33, 17, 10],
    [64, 48, 250],
    [17, 33, 128],
    [33, 17, 90],
  ] as const) {
    const bytes = await jpeg(width, height, { r: grey, g: grey, b: grey });
    const { data } = await decoder.decode(bytes, { width, height });
    assert.equal(data.length, 3 * width * height);
    assert.ok(data.every((value) => Math.abs(value - grey) < 4));
  }
});

test('progressive, grey and CMYK JPEGs decode too', async () => {
  const plain = await jpeg(48, 32);
  for (const variant of [
    sharp(plain).jpeg({ progressive: true }),
    sharp(plain).greyscale().jpeg(),
    sharp(plain).toColourspace('cmyk').jpeg(),
  ]) {
    const picture = await decoder.decode(await variant.toBuffer(), { width: 48, height: 32 });
    assert.equal(picture.data.length, 48 * 32 * picture.channels);
    assert.ok(picture.channels === 1 || picture.channels === 3);
  }
});

test('a JPEG that was cut short anywhere, or holds garbage, is refused', async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
  const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
  for (const share of [0.5, 0.9, 0.99]) {
    const cut = whole.subarray(0, Math.floor(whole.length * share));
    await assert.rejects(decoder.decode(cut, { width: 64, height: 64 }), undecodable(/does not decode/));
  }
  const middle = whole.length / 2;
  const broken = Buffer.concat([whole.subarray(0, middle), Buffer.alloc(200, 0xff), whole.subarray(middle + 200)]);
  await assert.rejects(decoder.decode(broken, { width: 64, height: 64 }), undecodable(/does not decode/));
  // The decoder goes on.
  assert.equal((await decoder.decode(whole, { width: 64, height: 64 })).data.length, 64 * 64 * 3);
});

test('a picture of another size than its headers say is refused', async () => {
  const wrong = decoder.decode(await jpeg(60, 40), { width: 64, height: 48 });
  await assert.rejects(wrong, undecodable(/is 60 × 40 while its headers say 64 × 48/));
});

test('a picture that claims to be gigantic is refused before it is decoded', async () => {
  const bytes = Buffer.from(await jpeg(60, 40));
  const header = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(65_000, header + 5);
  bytes.writeUInt16BE(65_000, header + 7);
  await assert.rejects(decoder.decode(bytes, { width: 65_000, height: 65_000 }), undecodable(/exceed the limit/));
});
