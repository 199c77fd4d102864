import type { Box } from '../../topics/result-record.ts';
import type { RgbPicture } from '../steps/step.ts';

/** A part of a frame, and where it begins in it, pixels. */
export interface Crop {
  crop: RgbPicture;
  left: number;
  top: number;
}

/** The square at the upper end of a person in which the head is: of somebody standing, a good width of them. */
export function upperPart(picture: RgbPicture, { x, y, width, height }: Box): Crop {
  const side = Math.min(1.25 * width, Math.max(width, height));
  return cropOf(picture, { x: x + width / 2 - side / 2, y: y - 0.1 * side, width: side, height: side });
}

/** Copies what of a box lies within the picture: one pixel at least. */
export function cropOf(picture: RgbPicture, box: Box): Crop {
  const left = clamp(Math.floor(box.x), picture.width - 1);
  const top = clamp(Math.floor(box.y), picture.height - 1);
  const width = Math.max(1, clamp(Math.ceil(box.x + box.width), picture.width) - left);
  const height = Math.max(1, clamp(Math.ceil(box.y + box.height), picture.height) - top);
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * picture.width + left);
    data.set(picture.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { crop: { width, height, channels: 3, data }, left, top };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
