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

/** Makes a picture small and grey: each pixel the mean of what it covers, weighed red 2, green 5, blue 1. */
export function shrinkToGrey({ width, height, channels, data }: ColourPicture, toWidth = greyWidth): GreyPicture {
  const small = {
    width: Math.min(toWidth, width),
    height: Math.max(2, Math.round((height * Math.min(toWidth, width)) / width)),
  };
  const pixels = new Uint8Array(small.width * small.height);
  for (let y = 0; y < small.height; y++) {
    const [top, bottom] = covered(y, height, small.height);
    for (let x = 0; x < small.width; x++) {
      const [left, right] = covered(x, width, small.width);
      let sum = 0;
      for (let row = top; row < bottom; row++) {
        let at = (row * width + left) * channels;
        for (let column = left; column < right; column++, at += channels) {
          const red = data[at] as number;
          sum += channels < 3 ? 8 * red : 2 * red + 5 * (data[at + 1] as number) + (data[at + 2] as number);
        }
      }
      pixels[y * small.width + x] = Math.round(sum / (8 * (bottom - top) * (right - left)));
    }
  }
  return { pixels, ...small };
}

function covered(index: number, length: number, parts: number): [from: number, to: number] {
  const from = Math.floor((index * length) / parts);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * length) / parts))];
}
