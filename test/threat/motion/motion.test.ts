import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from '../../../src/threat/learn/random.ts';
import { matchBlocks } from '../../../src/threat/motion/block-motion.ts';
import { type GreyPicture, shrinkToGrey } from '../../../src/threat/motion/grey-picture.ts';
import { summariseMotion } from '../../../src/threat/motion/motion-summary.ts';

const [width, height] = [160, 88];

/** A textured picture whose part at `patch` is moved by so many pixels. */
function picture({ patch = [0, 0, 0, 0], dx = 0, dy = 0, light = 0, shake = 0 }): GreyPicture {
  const random = randomFrom(3);
  const field = Array.from({ length: 200 * 200 }, () => Math.floor(random() * 200));
  const [left = 0, top = 0, right = 0, bottom = 0] = patch;
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isMoved = x >= left && x < right && y >= top && y < bottom;
      const [fromX, fromY] = isMoved ? [x - dx, y - dy] : [x - shake, y];
      pixels[y * width + x] = Math.min(255, (field[(fromY + 20) * 200 + fromX + 20] ?? 0) + light);
    }
  }
  return { pixels, width, height };
}

function assertClose(found: number | undefined, wanted: number, most = 0.1): void {
  assert.ok(found !== undefined && Math.abs(found - wanted) <= most, `${found} is not about ${wanted}`);
}

test('a picture is made small and grey by the mean of what each pixel covers', () => {
  const data = Uint8Array.of(8, 8, 8, 16, 16, 16, 0, 0, 0, 0, 0, 0, 80, 80, 80, 80, 80, 80, 0, 0, 255, 0, 0, 255);
  const small = shrinkToGrey({ width: 4, height: 2, channels: 3, data }, 2);
  assert.deepEqual([small.width, small.height, ...small.pixels], [2, 2, 12, 0, 80, 29]);
  assert.deepEqual(
    [...shrinkToGrey({ width: 2, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) }).pixels],
    [1, 2, 3, 4],
  );
});

test('a small picture’s pixels are means, however many rows one covers', () => {
  const [width, height] = [2003, 611];
  const data = Uint8Array.from({ length: width * height }, (_, at) => (at % 7 === 0 ? 0 : 255));
  const half = Math.floor(height / 2);
  const mean = (from: number, to: number) => {
    const part = data.subarray(from * width, to * width);
    return Math.round(part.reduce((sum, value) => sum + value, 0) / part.length);
  };
  const { pixels } = shrinkToGrey({ width, height, channels: 1, data }, 1);
  assert.deepEqual([...pixels], [mean(0, half), mean(half, height)]);
});

test('blocks that moved are found, and where they came from', () => {
  const motion = matchBlocks(picture({}), picture({ patch: [40, 24, 72, 48], dx: 3, dy: -2 }));
  assert.deepEqual([motion.shakeX, motion.shakeY], [0, 0]);
  const index = 4 * motion.columns + 6;
  assertClose(motion.dx[index], 3);
  assertClose(motion.dy[index], -2);
  assert.equal(Array.from(motion.dx).filter((each) => each !== 0).length, 12);
});

test('what moved by half a pixel is found between the pixels', () => {
  const [two, three] = [2, 3].map((dx) => picture({ patch: [40, 24, 72, 48], dx }));
  const between = {
    width,
    height,
    pixels: (two as GreyPicture).pixels.map((each, at) => (each + ((three as GreyPicture).pixels[at] ?? 0)) / 2),
  };
  const motion = matchBlocks(picture({}), between);
  assertClose(motion.dx[4 * motion.columns + 7], 2.5, 0.25);
});

test('a picture that stands still or only gets lighter has no motion', () => {
  for (const light of [0, 30]) {
    const motion = matchBlocks(picture({}), picture({ light }));
    const summary = summariseMotion({ motion, seconds: 0.1, boxes: [], width: 1280, greyWidth: width });
    assert.equal(summary.moving, 0);
    assert.equal(summary.fastest, 0);
  }
});

test('a shaken camera is no motion of anything in the picture', () => {
  const motion = matchBlocks(picture({}), picture({ shake: 4 }));
  assertClose(motion.shakeX, 4);
  const moved = Array.from(motion.dx).filter((each) => Math.abs(each) > 0.2).length;
  assert.ok(moved <= motion.rows, `${moved} blocks at the edge`);
});

test('motion is told by person, in heights of the person a second', () => {
  const motion = matchBlocks(picture({}), picture({ patch: [40, 24, 72, 48], dx: 4, dy: 0 }));
  const boxes = [
    { x: 320, y: 192, width: 256, height: 192 },
    { x: 960, y: 192, width: 128, height: 256 },
  ];
  const { people, outside, disorder, field } = summariseMotion({
    motion,
    seconds: 0.1,
    boxes,
    width: 1280,
    greyWidth: width,
  });
  const height = Math.sqrt(256 * 192) * 1.5 * (160 / 1280);
  assertClose(people[0]?.most, 4 / height / 0.1, 0.05);
  assert.ok((people[0]?.inside ?? 0) > 0.3 && people[1]?.inside === 0);
  assert.equal(outside, 0);
  assert.deepEqual([field.columns, field.rows, field.moving.length], [20, 11, 12]);
  assert.ok(field.moving.some(([block, x, y]) => block === 4 * 20 + 6 && Math.abs(x - 40) < 2 && Math.abs(y) < 2));
  assert.ok(disorder < 0.01, 'all in one direction');
});
