import type { Box } from '../../topics/result-record.ts';
import type { Picture } from '../picture/decode-jpeg.ts';

/** A square of the frame, in frame pixels; may reach beyond it. */
export interface Square {
  left: number;
  top: number;
  side: number;
}

/** A person's limbs reach out of the box around them, and MoveNet was trained on people with room around them. */
const room = 1.25;
/** Below this a box holds no person that joints could be read from, pixels. */
const leastSide = 8;

/** The square around a person: the box's longer side and some room. */
export function squareAround({ x, y, width, height }: Box): Square {
  const side = Math.max(leastSide, Math.max(width, height) * room);
  return { left: x + width / 2 - side / 2, top: y + height / 2 - side / 2, side };
}

/**
 * Resizes a square of a picture (bilinear, pixel centres aligned). What lies outside the picture is black, as MoveNet's
 * own cropping leaves it.
 *
 * @param levels what the grey levels 0..255 become
 * @param out float32[size × size × 3], red, green, blue
 */
export function fillCrop(
  { width, height, channels, data }: Picture,
  { left, top, side }: Square,
  levels: Float32Array,
  size: number,
  out: Float32Array,
): void {
  const step = side / size;
  const columns = axisTaps(left, step, size, width, channels);
  const rows = axisTaps(top, step, size, height, width * channels);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const black = levels[0] as number;
  for (let y = 0; y < size; y++) {
    const upper = rows.first[y] as number;
    if (upper < 0) {
      out.fill(black, 3 * size * y, 3 * size * (y + 1));
      continue;
    }
    const lower = rows.second[y] as number;
    const down = rows.weight[y] as number;
    for (let x = 0, at = 3 * size * y; x < size; x++, at += 3) {
      const first = columns.first[x] as number;
      if (first < 0) {
        out[at] = out[at + 1] = out[at + 2] = black;
        continue;
      }
      const second = columns.second[x] as number;
      const right = columns.weight[x] as number;
      const [a, b, c, d] = [upper + first, upper + second, lower + first, lower + second];
      out[at] = levels[blend(data, a, b, c, d, right, down)] as number;
      out[at + 1] = levels[blend(data, a + green, b + green, c + green, d + green, right, down)] as number;
      out[at + 2] = levels[blend(data, a + blue, b + blue, c + blue, d + blue, right, down)] as number;
    }
  }
}

/** @returns a grey level, 0..255 */
function blend(data: Uint8Array, a: number, b: number, c: number, d: number, right: number, down: number): number {
  const above = mix(data[a] as number, data[b] as number, right);
  const below = mix(data[c] as number, data[d] as number, right);
  // Never negative: adding a half and cutting off is rounding, and quicker.
  return (mix(above, below, down) + 0.5) | 0;
}

interface AxisTaps {
  /** Places in the picture's data; −1: outside of the picture. */
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
}

/** @param stride distance of neighbouring samples in the picture's data */
function axisTaps(from: number, step: number, size: number, length: number, stride: number): AxisTaps {
  const taps = { first: new Int32Array(size), second: new Int32Array(size), weight: new Float32Array(size) };
  for (let i = 0; i < size; i++) {
    const place = from + (i + 0.5) * step - 0.5;
    const inside = place > -0.5 && place < length - 0.5;
    const clamped = Math.max(0, Math.min(length - 1, place));
    const low = Math.floor(clamped);
    taps.first[i] = inside ? low * stride : -1;
    taps.second[i] = Math.min(low + 1, length - 1) * stride;
    taps.weight[i] = clamped - low;
  }
  return taps;
}

function mix(first: number, second: number, weight: number): number {
  return first + (second - first) * weight;
}
