import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Frame } from '../../src/topics/frame-record.ts';
import { camera, capture, temporaryDirectory } from './capture-run.ts';
import { makeVideo, quarters, type Rgb, type VideoOptions } from './make-video.ts';

const sharp = await import('sharp').then((module) => module.default).catch(() => undefined);

/** The mean colour around the middle of each quarter of a picture. */
async function quarterColours(frame: Frame): Promise<Rgb[]> {
  if (!sharp) throw new Error('sharp is not there');
  const { data, info } = await sharp(frame.jpeg).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [frame.width, frame.height, 3]);
  return [0, 1, 2, 3].map((quarter) => {
    const x = Math.round(info.width * (quarter % 2 ? 0.75 : 0.25));
    const y = Math.round(info.height * (quarter > 1 ? 0.75 : 0.25));
    const at = (y * info.width + x) * 3;
    return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
  });
}

function assertClose(found: readonly Rgb[], expected: readonly Rgb[], tolerance: number): void {
  for (const [quarter, rgb] of expected.entries()) {
    const differences = rgb.map((value, i) => Math.abs(value - (found[quarter]?.[i] ?? -999)));
    assert.ok(Math.max(...differences) <= tolerance, `quarter ${quarter}: ${found[quarter]} instead of ${rgb}`);
  }
}

describe('the colours of a JPEG are those that were filmed', { skip: sharp ? false : 'needs sharp' }, () => {
  const cases: [string, Partial<VideoOptions>][] = [
    ['limited range, BT.601', { colours: { matrix: 'bt601', range: 'limited', tagged: true } }],
    ['full range, BT.601', { colours: { matrix: 'bt601', range: 'full', tagged: true } }],
    ['limited range, BT.709', { colours: { matrix: 'bt709', range: 'limited', tagged: true } }],
    ['full range, BT.709', { colours: { matrix: 'bt709', range: 'full', tagged: true } }],
    ['limited range, SD that names no matrix', { colours: { matrix: 'bt601', range: 'limited', tagged: false } }],
    [
      'limited range, HD that names no matrix',
      { colours: { matrix: 'bt709', range: 'limited', tagged: false }, width: 1280, height: 720 },
    ],
  ];
  for (const [title, options] of cases) {
    test(title, async (t) => {
      const path = join(await temporaryDirectory(t), 'video.mp4');
      await makeVideo({ path, frames: 2, paint: () => quarters, ...options });
      const { part, producer } = await capture(t, { cameras: [camera(path)] });
      await part.done;
      assert.equal(producer.frames.length, 2);
      for (const frame of producer.frames) assertClose(await quarterColours(frame), quarters, 6);
    });
  }

  test('a video filmed sideways stands upright', async (t) => {
    const directory = await temporaryDirectory(t);
    const [topLeft, topRight, bottomLeft, bottomRight] = quarters;
    for (const [turnedBy, expected] of [
      [90, [bottomLeft, topLeft, bottomRight, topRight]],
      [180, [bottomRight, bottomLeft, topRight, topLeft]],
      [270, [topRight, bottomRight, topLeft, bottomLeft]],
    ] as const) {
      const path = join(directory, `turned-${turnedBy}.mp4`);
      await makeVideo({ path, frames: 1, paint: () => quarters, turnedBy });
      const { part, producer } = await capture(t, { cameras: [camera(path)] });
      await part.done;
      const [frame] = producer.frames;
      assert.ok(frame);
      assert.deepEqual([frame.width, frame.height], turnedBy === 180 ? [64, 48] : [48, 64]);
      assertClose(await quarterColours(frame), expected, 6);
    }
  });

  test('a photo with an EXIF orientation stands upright', async (t) => {
    if (!sharp) return;
    const path = join(await temporaryDirectory(t), 'photo.jpg');
    const half = { width: 64, height: 96, channels: 3 as const };
    const left = await sharp({ create: { ...half, background: { r: 200, g: 40, b: 40 } } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 128, height: 96, channels: 3, background: { r: 40, g: 180, b: 60 } } })
      .composite([{ input: left, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toFile(path);
    const { part, producer } = await capture(t, { cameras: [camera(path)] });
    await part.done;
    const [frame] = producer.frames;
    assert.ok(frame);
    assert.deepEqual([frame.width, frame.height], [96, 128]);
    const red: Rgb = [200, 40, 40];
    const green: Rgb = [40, 180, 60];
    assertClose(await quarterColours(frame), [red, red, green, green], 8);
  });
});
