import { mostRows, RowSums } from './row-sums.ts';

/** A small grey picture, one byte a pixel, row by row. */
export interface GreyPicture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** Decoded pixels, rows from the top, tightly packed; one channel (grey) or three (red, green, blue). */
export interface ColourPicture {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

/** Motion is looked for in pictures of this width: the same for every camera, so that a threshold means the same. */
export const greyWidth = 160;

let rowSums: RowSums | undefined;

/** Makes a picture small and grey: each pixel the mean of what it covers. */
export function shrinkToGrey(picture: ColourPicture, toWidth = greyWidth): GreyPicture {
  const { width, height } = picture;
  const data = brightnessOf(picture);
  const small = {
    width: Math.min(toWidth, width),
    height: Math.max(2, Math.round((height * Math.min(toWidth, width)) / width)),
  };
  const pixels = new Uint8Array(small.width * small.height);
  const columns = Array.from({ length: small.width + 1 }, (_, x) => Math.floor((x * width) / small.width));
  const sums = new Uint32Array(small.width);
  rowSums ??= new RowSums();
  for (let y = 0; y < small.height; y++) {
    const top = Math.floor((y * height) / small.height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / small.height));
    sums.fill(0);
    for (let row = top; row < bottom; row += mostRows) {
      const rows = data.subarray(row * width, Math.min(bottom, row + mostRows) * width);
      addColumns(rowSums.of(rows, width), columns, sums);
    }
    for (let x = 0; x < small.width; x++) {
      const covered = (bottom - top) * ((columns[x + 1] as number) - (columns[x] as number));
      pixels[y * small.width + x] = Math.round((sums[x] as number) / covered);
    }
  }
  return { pixels, ...small };
}

/** @param columns where each small pixel begins among the values, and where the last one ends */
function addColumns(values: Uint16Array, columns: readonly number[], sums: Uint32Array): void {
  for (let x = 0, at = 0; x < sums.length; x++) {
    const end = columns[x + 1] as number;
    let sum = 0;
    for (; at < end; at++) sum += values[at] as number;
    sums[x] = (sums[x] as number) + sum;
  }
}

/** As JPEG weighs colours (ITU-R BT.601). */
function brightnessOf({ width, height, channels, data }: ColourPicture): Uint8Array {
  if (channels === 1) return data;
  const grey = new Uint8Array(width * height);
  for (let index = 0, at = 0; index < grey.length; index++, at += channels) {
    const red = data[at] as number;
    grey[index] =
      channels < 3
        ? red
        : Math.round(0.299 * red + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number));
  }
  return grey;
}
