import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelInput } from '../../../src/detect/models/manifest.ts';
import type { Picture } from '../../../src/detect/picture/decode-jpeg.ts';
import { fillInput, fillMargin } from '../../../src/detect/picture/fill-input.ts';
import { InputFiller } from '../../../src/detect/picture/input-filler.ts';
import { placeFrame } from '../../../src/detect/picture/placement.ts';

const plain: ModelInput = {
  name: 'image',
  width: 61,
  height: 47,
  layout: 'nchw',
  colours: 'rgb',
  fit: 'letterbox-centre',
  fill: 114,
  mean: [0, 0, 0],
  scale: [1, 1, 1],
};

function noise(width: number, height: number, channels = 3): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7919 + (i >> 5) * 31) % 256);
  return { width, height, channels, data };
}

/** What the plain loop makes of it. */
function expected(picture: Picture, input: ModelInput): Float32Array {
  const values = new Float32Array(3 * input.width * input.height);
  fillMargin(input, values);
  fillInput(picture, input, placeFrame(picture.width, picture.height, input), values);
  return values;
}

/** @param greyLevel how much one grey level is in the input's values */
function assertClose(found: Float32Array, wanted: Float32Array, greyLevel: number): void {
  assert.equal(found.length, wanted.length);
  let furthest = 0;
  for (const [i, value] of found.entries()) furthest = Math.max(furthest, Math.abs(value - (wanted[i] ?? 0)));
  assert.ok(furthest <= 1.01 * greyLevel, `${furthest} is more than a grey level away`);
}

test('pictures of changing sizes are resized as the plain loop does, margins included', () => {
  const filler = new InputFiller(plain);
  for (const [width, height] of [
    [128, 77],
    [17, 300],
    [61, 47],
    [5, 3],
    [1, 1],
    [399, 201],
    [128, 77],
  ] as const) {
    const picture = noise(width, height);
    filler.fill(picture, placeFrame(width, height, plain));
    assertClose(filler.values, expected(picture, plain), 1);
  }
});

test('each order of colours and values, with normalisation, is as the plain loop makes it', () => {
  for (const layout of ['nchw', 'nhwc'] as const) {
    for (const colours of ['rgb', 'bgr'] as const) {
      const input: ModelInput = { ...plain, layout, colours, mean: [123, 116, 104], scale: [0.017, 0.018, 0.019] };
      const picture = noise(150, 83);
      const filler = new InputFiller(input);
      filler.fill(picture, placeFrame(150, 83, input));
      assertClose(filler.values, expected(picture, input), 0.019);
    }
  }
});

test('plain white and black stay what they are, and a grey picture fills all colours', () => {
  const filler = new InputFiller(plain);
  for (const level of [255, 0, 1, 254]) {
    const picture = { ...noise(90, 70), data: new Uint8Array(90 * 70 * 3).fill(level) };
    filler.fill(picture, placeFrame(90, 70, plain));
    assertClose(filler.values, expected(picture, plain), 0.0001);
  }
  const grey = noise(33, 21, 1);
  filler.fill(grey, placeFrame(33, 21, plain));
  assertClose(filler.values, expected(grey, plain), 0.0001);
});
