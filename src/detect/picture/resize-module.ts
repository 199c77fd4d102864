import {
  advance,
  assemble,
  compile,
  constant,
  countDown,
  end,
  get,
  loop,
  memory,
  set,
  types,
  vector,
  vectorMemory,
  type WasmMemory,
} from '../../base/wasm/assemble.ts';

/** Bytes of a column's entry: addresses of its two samples in the blended row (int32), their weights (float32). */
export const tapBytes = 16;
/** Blended values are this many times as large as the samples; weights of rows go from 0 to this. */
export const rowScale = 128;
/** `blend` goes by so many samples at a time. */
export const blendSamples = 8;

/** A bilinear resize of three colours, one output row after the other. All addresses in bytes. */
export interface ResizeModule {
  memory: WasmMemory;
  /**
   * Blends two rows of samples (uint8) into one (int16): upper × (128 − weight) + lower × weight.
   *
   * @param groups of eight samples
   */
  blend(upper: number, lower: number, row: number, groups: number, weight: number): void;
  /**
   * Blends the columns of a row and writes each colour (float32), `step` bytes apart: value × scale − offset. The
   * three colours of the source go to out0, out1 and out2.
   */
  spread(
    ...parameters: [
      ...[taps: number, columns: number],
      ...[out0: number, out1: number, out2: number, step: number],
      ...[scale0: number, scale1: number, scale2: number],
      ...[offset0: number, offset1: number, offset2: number],
    ]
  ): void;
}

const { i32, f32, v128 } = types;
const load8x8u = vectorMemory(0x02);
const load16x4u = vectorMemory(0x04);
const v128Store = vectorMemory(0x0b);
const storeLane = (lane: number): number[] => [...vectorMemory(0x5a), lane];
const i16x8 = { splat: vector(0x10), shl: vector(0x8b), add: vector(0x8e), sub: vector(0x91), mul: vector(0x95) };
const f32x4 = { splat: vector(0x13), add: vector(0xe4), sub: vector(0xe5), mul: vector(0xe6), fromI32: vector(0xfa) };
const replaceLane = (lane: number): number[] => vector(0x20, lane);
const i32Load = (offset: number): number[] => memory(0x28, 2, offset);
const f32Load = (offset: number): number[] => memory(0x2a, 2, offset);

function blendBody(): number[] {
  const [upper, lower, row, groups, weight, above, weights] = [0, 1, 2, 3, 4, 5, 6] as const;
  return [
    ...[...get(weight), ...i16x8.splat, ...set(weights)],
    ...loop([
      ...[...get(upper), ...load8x8u, ...set(above)],
      ...get(row),
      ...[...get(above), ...constant(7), ...i16x8.shl],
      ...[...get(lower), ...load8x8u, ...get(above), ...i16x8.sub, ...get(weights), ...i16x8.mul],
      ...[...i16x8.add, ...v128Store],
      ...advance(upper, constant(blendSamples)),
      ...advance(lower, constant(blendSamples)),
      ...advance(row, constant(2 * blendSamples)),
      ...countDown(groups),
    ]),
    ...end,
  ];
}

/** A pixel at a time, its three colours side by side in a vector; the fourth lane is nobody's. */
function spreadBody(): number[] {
  const [taps, columns, out, step, scale, offset] = [0, 1, 2, 5, 6, 9] as const;
  const [scales, offsets, pixel] = [12, 13, 14] as const;
  const three = (first: number): number[] => [
    ...[...get(first), ...f32x4.splat],
    ...[...get(first + 1), ...replaceLane(1), ...get(first + 2), ...replaceLane(2)],
  ];
  const sample = (place: number, weight: number): number[] => [
    ...[...get(taps), ...i32Load(place), ...load16x4u, ...f32x4.fromI32],
    ...[...get(taps), ...f32Load(weight), ...f32x4.splat, ...f32x4.mul],
  ];
  const write = (colour: number): number[] => [
    ...[...get(out + colour), ...get(pixel), ...storeLane(colour)],
    ...advance(out + colour, get(step)),
  ];
  return [
    ...[...three(scale), ...set(scales), ...three(offset), ...set(offsets)],
    ...loop([
      ...[...sample(0, 8), ...sample(4, 12), ...f32x4.add],
      ...[...get(scales), ...f32x4.mul, ...get(offsets), ...f32x4.sub, ...set(pixel)],
      ...[...write(0), ...write(1), ...write(2)],
      ...advance(taps, constant(tapBytes)),
      ...countDown(columns),
    ]),
    ...end,
  ];
}

let open: (() => ResizeModule) | undefined;

/** A new instance with a memory of its own. */
export function openResizeModule(): ResizeModule {
  open ??= compile(
    assemble([
      { name: 'blend', parameters: [i32, i32, i32, i32, i32], locals: [v128, v128], body: blendBody() },
      {
        name: 'spread',
        parameters: [...Array.from({ length: 6 }, () => i32), ...Array.from({ length: 6 }, () => f32)],
        locals: [v128, v128, v128],
        body: spreadBody(),
      },
    ]),
  );
  return open();
}
