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
const v128Store = vectorMemory(0x0b);
const i16x8 = { splat: vector(0x10), shl: vector(0x8b), add: vector(0x8e), sub: vector(0x91), mul: vector(0x95) };
const i32Load = (offset: number): number[] => memory(0x28, 2, offset);
const i32Load16u = (offset: number): number[] => memory(0x2f, 1, offset);
const f32Load = (offset: number): number[] => memory(0x2a, 2, offset);
const f32Store = memory(0x38, 2);
const [f32Add, f32Sub, f32Mul, f32FromI32] = [[0x92], [0x93], [0x94], [0xb3]];

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

function spreadBody(): number[] {
  const [taps, columns, out, step, scale, offset] = [0, 1, 2, 5, 6, 9] as const;
  const [first, second, left, right] = [12, 13, 14, 15] as const;
  const sample = (place: number, colour: number, weight: number): number[] => [
    ...[...get(place), ...i32Load16u(2 * colour), ...f32FromI32, ...get(weight), ...f32Mul],
  ];
  const write = (colour: number): number[] => [
    ...get(out + colour),
    ...[...sample(first, colour, left), ...sample(second, colour, right), ...f32Add],
    ...[...get(scale + colour), ...f32Mul, ...get(offset + colour), ...f32Sub, ...f32Store],
    ...advance(out + colour, get(step)),
  ];
  return [
    ...loop([
      ...[...get(taps), ...i32Load(0), ...set(first), ...get(taps), ...i32Load(4), ...set(second)],
      ...[...get(taps), ...f32Load(8), ...set(left), ...get(taps), ...f32Load(12), ...set(right)],
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
        locals: [i32, i32, f32, f32],
        body: spreadBody(),
      },
    ]),
  );
  return open();
}
