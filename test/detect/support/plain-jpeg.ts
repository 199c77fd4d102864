import sharp from 'sharp';

/** A JPEG of one grey: 0 is black, 255 is white. */
export function plainJpeg(width: number, height: number, grey: number): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}
