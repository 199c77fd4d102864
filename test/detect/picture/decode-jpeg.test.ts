import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { isFault } from '../../../src/base/errors.ts';
import { decodeJpeg } from '../../../src/detect/picture/decode-jpeg.ts';
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

const needed = { neededWidth: 40, neededHeight: 30 };

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
  const picture = await decodeJpeg(await jpeg(60, 40), { width: 60, height: 40, neededWidth: 50, neededHeight: 33 });
  assert.deepEqual([picture.width, picture.height, picture.channels], [60, 40, 3]);
  const [red = 0, green = 0, blue = 0] = picture.data;
  assert.ok(Math.abs(red - 200) < 4 && Math.abs(green - 100) < 4 && Math.abs(blue - 50) < 4);
});

test('a frame much larger than needed is decoded at a fraction of its size, never smaller than needed', async () => {
  const quarter = await decodeJpeg(await jpeg(163, 121), { width: 163, height: 121, ...needed });
  assert.deepEqual([quarter.width, quarter.height], [41, 31]);
  const half = await decodeJpeg(await jpeg(100, 100), { width: 100, height: 100, ...needed });
  assert.deepEqual([half.width, half.height], [50, 50]);
});

test('a grey JPEG decodes too', async () => {
  const grey = await sharp(await jpeg(48, 48))
    .greyscale()
    .jpeg()
    .toBuffer();
  const picture = await decodeJpeg(grey, { width: 48, height: 48, ...needed });
  assert.equal(picture.data.length, 48 * 48 * picture.channels);
});

test('a JPEG that was cut short is refused', async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
  const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
  const half = whole.subarray(0, whole.length / 2);
  await assert.rejects(decodeJpeg(half, { width: 64, height: 64, ...needed }), undecodable(/does not decode/));
});

test('a picture of another size than its headers say is refused', async () => {
  const wrong = decodeJpeg(await jpeg(60, 40), { width: 64, height: 48, ...needed });
  await assert.rejects(wrong, undecodable(/is 60 × 40 while its headers say 64 × 48/));
});

test('a picture that claims to be gigantic is refused before it is decoded', async () => {
  const bytes = Buffer.from(await jpeg(60, 40));
  const header = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(65_000, header + 5);
  bytes.writeUInt16BE(65_000, header + 7);
  const size = { width: 65_000, height: 65_000 };
  await assert.rejects(decodeJpeg(bytes, { ...size, ...needed }), undecodable(/pixel limit/));
});
