import type { ModelInput } from '../models/manifest.ts';
import type { Picture } from './decode-jpeg.ts';
import type { Placement } from './placement.ts';

/** The two source samples of one output column or row, and the weight of the second. */
export interface Taps {
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
}

/** Writes the fill value over the whole input; needed once, and again when the placement changes. */
export function fillMargin(input: ModelInput, tensor: Float32Array): void {
  const plane = input.width * input.height;
  const values = input.mean.map((mean, channel) => (input.fill - mean) * (input.scale[channel] ?? 1));
  for (let channel = 0; channel < 3; channel++) {
    const value = values[channel] ?? 0;
    if (input.layout === 'nchw') tensor.fill(value, channel * plane, (channel + 1) * plane);
    else for (let i = channel; i < 3 * plane; i += 3) tensor[i] = value;
  }
}

/**
 * Resizes a picture (bilinear, pixel centres aligned), orders its colours, normalises it and writes it into the model's
 * input, in one pass over the output. What lies outside the placement is left as it is.
 *
 * @param tensor float32[3 × width × height] in the layout of `input`
 */
export function fillInput(picture: Picture, input: ModelInput, placement: Placement, tensor: Float32Array): void {
  const { data, channels } = picture;
  const columns = taps(placement.width, picture.width, channels);
  const rows = taps(placement.height, picture.height, picture.width * channels);
  const [at0, at1, at2] = channelOffsets(input, channels);
  const [mean0, mean1, mean2] = input.mean;
  const [scale0, scale1, scale2] = input.scale;
  const planar = input.layout === 'nchw';
  const step = planar ? 1 : 3;
  const plane = planar ? input.width * input.height : 1;
  const { first, second, weight } = columns;
  for (let y = 0; y < placement.height; y++) {
    const upper = rows.first[y] as number;
    const lower = rows.second[y] as number;
    const down = rows.weight[y] as number;
    let out = ((placement.top + y) * input.width + placement.left) * step;
    for (let x = 0; x < placement.width; x++, out += step) {
      // The arrays have these lengths by construction; a check per sample would cost more than the sample.
      const a = upper + (first[x] as number);
      const b = upper + (second[x] as number);
      const c = lower + (first[x] as number);
      const d = lower + (second[x] as number);
      const right = weight[x] as number;
      tensor[out] = (mix(data, a + at0, b + at0, c + at0, d + at0, right, down) - mean0) * scale0;
      tensor[out + plane] = (mix(data, a + at1, b + at1, c + at1, d + at1, right, down) - mean1) * scale1;
      tensor[out + 2 * plane] = (mix(data, a + at2, b + at2, c + at2, d + at2, right, down) - mean2) * scale2;
    }
  }
}

function mix(data: Uint8Array, a: number, b: number, c: number, d: number, right: number, down: number): number {
  const first = data[a] as number;
  const third = data[c] as number;
  const top = first + ((data[b] as number) - first) * right;
  return top + (third + ((data[d] as number) - third) * right - top) * down;
}

/** Place of the first, second and third colour of the input inside one pixel of the picture. */
function channelOffsets(input: ModelInput, channels: number): [number, number, number] {
  if (channels < 3) return [0, 0, 0];
  return input.colours === 'rgb' ? [0, 1, 2] : [2, 1, 0];
}

/** @param stride distance of neighbouring samples in the picture's data */
export function taps(outputLength: number, inputLength: number, stride: number): Taps {
  const first = new Int32Array(outputLength);
  const second = new Int32Array(outputLength);
  const weight = new Float32Array(outputLength);
  for (let i = 0; i < outputLength; i++) {
    const place = Math.max(0, ((i + 0.5) * inputLength) / outputLength - 0.5);
    const low = Math.min(Math.floor(place), inputLength - 1);
    first[i] = low * stride;
    second[i] = Math.min(low + 1, inputLength - 1) * stride;
    weight[i] = place - low;
  }
  return { first, second, weight };
}
