import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelInput } from '../../../src/detect/models/manifest.ts';
import { fillInput, fillMargin } from '../../../src/detect/picture/fill-input.ts';
import { placeFrame } from '../../../src/detect/picture/placement.ts';

const input: ModelInput = {
  name: 'images',
  width: 4,
  height: 4,
  layout: 'nchw',
  colours: 'rgb',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
  fit: 'letterbox',
  fill: 114,
};

/** A picture whose pixel (x, y) is (10x + y, 100 + 10x + y, 200 + …). */
function ramp(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = 10 * x + y;
      data.set([value, 100 + value, 200 + value], (y * width + x) * 3);
    }
  }
  return { width, height, channels: 3, data };
}

function fill(picture: ReturnType<typeof ramp>, spec: ModelInput): Float32Array {
  const tensor = new Float32Array(3 * spec.width * spec.height);
  fillMargin(spec, tensor);
  fillInput(picture, spec, placeFrame(picture.width, picture.height, spec), tensor);
  return tensor;
}

test('a picture of the input’s size is copied plane by plane', () => {
  const tensor = fill(ramp(4, 4), input);
  assert.deepEqual([...tensor.subarray(0, 8)], [0, 10, 20, 30, 1, 11, 21, 31]);
  assert.equal(tensor[16], 100);
  assert.equal(tensor[32 + 15], 233);
});

test('blue comes first where the model wants BGR', () => {
  const tensor = fill(ramp(4, 4), { ...input, colours: 'bgr' });
  assert.deepEqual([tensor[0], tensor[16], tensor[32]], [200, 100, 0]);
});

test('the colours of a pixel lie together where the model wants channels last', () => {
  const tensor = fill(ramp(4, 4), { ...input, layout: 'nhwc' });
  assert.deepEqual([...tensor.subarray(0, 6)], [0, 100, 200, 10, 110, 210]);
});

test('mean and scale are applied colour by colour', () => {
  const tensor = fill(ramp(4, 4), { ...input, mean: [0, 100, 200], scale: [1, 0.5, 0.1] });
  assert.deepEqual([tensor[1], tensor[17]], [10, 5]);
  assert.ok(Math.abs((tensor[33] ?? 0) - 1) < 1e-6);
});

test('a wide picture lies at the top with the fill value below it', () => {
  const tensor = fill(ramp(4, 2), { ...input, mean: [14, 14, 14], scale: [0.5, 0.5, 0.5] });
  assert.equal(tensor[0], -7);
  assert.deepEqual([...tensor.subarray(8, 16)], Array(8).fill(50));
});

test('a centred picture has its margin on both sides', () => {
  const tensor = fill(ramp(4, 2), { ...input, fit: 'letterbox-centre' });
  assert.deepEqual([...tensor.subarray(0, 4)], [114, 114, 114, 114]);
  assert.deepEqual([...tensor.subarray(4, 8)], [0, 10, 20, 30]);
  assert.deepEqual([...tensor.subarray(12, 16)], [114, 114, 114, 114]);
});

test('halving averages neighbouring pixels, doubling mixes them by distance', () => {
  // Centres of a halved row of eight lie between pixels 0|1, 2|3 …; the same between rows.
  const halved = fill(ramp(8, 8), input);
  assert.deepEqual([...halved.subarray(0, 4)], [5.5, 25.5, 45.5, 65.5]);
  // Centres of a doubled row of two lie at −0.25 (held at the edge), 0.25, 0.75 and 1.25 (held).
  const doubled = fill(ramp(2, 2), input);
  assert.deepEqual([...doubled.subarray(0, 4)], [0, 2.5, 7.5, 10]);
});

test('a grey picture fills all three colours', () => {
  const grey = { width: 4, height: 4, channels: 1, data: Uint8Array.from({ length: 16 }, (_, i) => i) };
  const tensor = new Float32Array(48);
  fillInput(grey, input, placeFrame(4, 4, input), tensor);
  assert.deepEqual([tensor[5], tensor[21], tensor[37]], [5, 5, 5]);
});

test('the placement’s scale maps the frame’s edges onto the placed edges exactly', () => {
  const placement = placeFrame(1279, 719, { width: 416, height: 416, fit: 'letterbox' });
  assert.equal(placement.width, 416);
  assert.equal(placement.height, 234);
  assert.equal(1279 * placement.scaleX, 416);
  assert.equal(719 * placement.scaleY, 234);
});
