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
 * @param out int32[size × size × 3], red, green, blue
 */
export function fillCrop(picture: Picture, { left, top, side }: Square, size: number, out: Int32Array): void {
  const { width, height, channels, data } = picture;
  const step = side / size;
  const columns = axisTaps(left, step, size, width);
  const rows = axisTaps(top, step, size, height);
  const green = channels < 3 ? 0 : 1;
  let at = 0;
  for (let y = 0; y < size; y++) {
    const row = rows.first[y] as number;
    if (row < 0) {
      out.fill(0, at, at + 3 * size);
      at += 3 * size;
      continue;
    }
    const upper = row * width;
    const lower = (rows.second[y] as number) * width;
    const down = rows.weight[y] as number;
    for (let x = 0; x < size; x++, at += 3) {
      const first = columns.first[x] as number;
      if (first < 0) {
        out[at] = out[at + 1] = out[at + 2] = 0;
        continue;
      }
      const second = columns.second[x] as number;
      const right = columns.weight[x] as number;
      const [a, b, c, d] = [upper + first, upper + second, lower + first, lower + second];
      for (let colour = 0; colour < 3; colour++) {
        const offset = colour * green;
        const above = mix(data[a * channels + offset], data[b * channels + offset], right);
        const below = mix(data[c * channels + offset], data[d * channels + offset], right);
        out[at + colour] = Math.round(mix(above, below, down));
      }
    }
  }
}

interface AxisTaps {
  /** −1: outside of the picture. */
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
}

function axisTaps(from: number, step: number, size: number, length: number): AxisTaps {
  const taps = { first: new Int32Array(size), second: new Int32Array(size), weight: new Float32Array(size) };
  for (let i = 0; i < size; i++) {
    const place = from + (i + 0.5) * step - 0.5;
    const inside = place > -0.5 && place < length - 0.5;
    const clamped = Math.max(0, Math.min(length - 1, place));
    const low = Math.floor(clamped);
    taps.first[i] = inside ? low : -1;
    taps.second[i] = Math.min(low + 1, length - 1);
    taps.weight[i] = clamped - low;
  }
  return taps;
}

function mix(a: number | undefined, b: number | undefined, weight: number): number {
  const first = a as number;
  return first + ((b as number) - first) * weight;
}
