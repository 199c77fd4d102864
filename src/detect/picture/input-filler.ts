import { pageBytes } from '../../base/wasm/assemble.ts';
import type { ModelInput } from '../models/manifest.ts';
import type { Picture } from './decode-jpeg.ts';
import { fillInput, fillMargin, taps } from './fill-input.ts';
import type { Placement } from './placement.ts';
import { blendSamples, openResizeModule, type ResizeModule, rowScale, tapBytes } from './resize-module.ts';

/**
 * Fills a model's input with one picture after the other: `fillInput` in WebAssembly, which costs a third of it. Rows are
 * weighed in 128 steps, so that a value may differ by half a grey level.
 *
 * The memory: the input (float32), the picture's bytes, one blended row (int16), an entry for each output column.
 */
export class InputFiller {
  readonly #input: ModelInput;
  readonly #module: ResizeModule = openResizeModule();
  /** What the memory is laid out for. */
  #layout = '';
  #places = { picture: 0, row: 0, taps: 0 };
  #rows = taps(0, 1, 1);
  #values: Float32Array;

  constructor(input: ModelInput) {
    this.#input = input;
    this.#places.picture = roundUp(4 * 3 * input.width * input.height);
    this.#reserve(this.#places.picture);
    this.#values = this.#view();
  }

  /** float32[3 × width × height] in the layout of the input. Another array after a `fill` for which memory had to grow. */
  get values(): Float32Array {
    return this.#values;
  }

  /** Resizes, orders and normalises a picture into `values`; the margin holds the fill value. */
  fill(picture: Picture, placement: Placement): void {
    const layout = JSON.stringify([picture.width, picture.height, picture.channels, placement]);
    if (layout !== this.#layout) this.#layOut(picture, placement);
    this.#layout = layout;
    if (picture.channels === 3) this.#resize(picture, placement);
    else fillInput(picture, this.#input, placement, this.#values);
  }

  #resize({ data, width }: Picture, placement: Placement): void {
    const { blend, spread } = this.#module;
    const { picture, row, taps: columns } = this.#places;
    const { first, second, weight } = this.#rows;
    const input = this.#input;
    const isPlanar = input.layout === 'nchw';
    const [step, plane] = isPlanar ? [4, 4 * input.width * input.height] : [12, 4];
    const [p0, p1, p2] = input.colours === 'rgb' ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
    const scales = [input.scale[p0], input.scale[p1], input.scale[p2]] as const;
    const offsets = [input.mean[p0] * scales[0], input.mean[p1] * scales[1], input.mean[p2] * scales[2]] as const;
    const groups = Math.ceil((3 * width) / blendSamples);
    new Uint8Array(this.#module.memory.buffer).set(data, picture);
    for (let y = 0; y < placement.height; y++) {
      const down = Math.round((weight[y] ?? 0) * rowScale);
      blend(picture + (first[y] ?? 0), picture + (second[y] ?? 0), row, groups, down);
      const out = ((placement.top + y) * input.width + placement.left) * step;
      const outs = [out + p0 * plane, out + p1 * plane, out + p2 * plane] as const;
      spread(columns, placement.width, ...outs, step, ...scales, ...offsets);
    }
  }

  #layOut({ width, height, channels }: Picture, placement: Placement): void {
    const places = this.#places;
    places.row = roundUp(places.picture + width * height * channels + blendSamples);
    places.taps = roundUp(places.row + 2 * (3 * width + blendSamples));
    this.#reserve(places.taps + tapBytes * placement.width);
    this.#rows = taps(placement.height, height, 3 * width);
    const columns = taps(placement.width, width, 3);
    const view = new DataView(this.#module.memory.buffer);
    for (let x = 0; x < placement.width; x++) {
      const entry = places.taps + tapBytes * x;
      const right = columns.weight[x] ?? 0;
      view.setInt32(entry, places.row + 2 * (columns.first[x] ?? 0), true);
      view.setInt32(entry + 4, places.row + 2 * (columns.second[x] ?? 0), true);
      view.setFloat32(entry + 8, (1 - right) / rowScale, true);
      view.setFloat32(entry + 12, right / rowScale, true);
    }
    // Growing may have moved the memory.
    if (this.#values.buffer !== this.#module.memory.buffer) this.#values = this.#view();
    fillMargin(this.#input, this.#values);
  }

  #view(): Float32Array {
    return new Float32Array(this.#module.memory.buffer, 0, 3 * this.#input.width * this.#input.height);
  }

  #reserve(sizeBytes: number): void {
    const { memory } = this.#module;
    const missing = sizeBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  }
}

function roundUp(address: number): number {
  return 16 * Math.ceil(address / 16);
}
