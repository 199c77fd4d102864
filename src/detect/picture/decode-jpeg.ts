import { fault } from '../../base/errors.ts';
import { importSharp } from './import-sharp.ts';
import { jpegSize } from './jpeg-size.ts';

/** Decoded pixels, rows from the top, tightly packed. */
export interface Picture {
  /** Pixels of `data`: the frame's size, or a whole fraction of it (see `decodeJpeg`). */
  width: number;
  height: number;
  /** 1 (grey) or 3 (red, green, blue), 0..255 each. */
  channels: number;
  data: Uint8Array;
}

export interface DecodeJpegOptions {
  /** The size that the frame's headers promise, pixels. */
  width: number;
  height: number;
  /** No side of the result needs to be larger than this; the decoder may halve the picture while decoding. */
  neededWidth: number;
  neededHeight: number;
}

/** Larger frames than 8K UHD are refused: a few bytes of JPEG can claim gigabytes of pixels. */
const maxPixels = 7680 * 4320;

/**
 * Decodes a JPEG on libuv's thread pool. A frame at least twice as large as needed is decoded at a half, a quarter or
 * an eighth of its size (the inverse transform does it exactly and saves most of the work).
 *
 * @throws FRAME_UNDECODABLE when it is not a whole JPEG, or not of the promised size
 * @throws OPTIONAL_PART_MISSING without sharp
 */
export async function decodeJpeg(bytes: Uint8Array, options: DecodeJpegOptions): Promise<Picture> {
  const sharp = await importSharp();
  const found = jpegSize(bytes);
  if (found.width !== options.width || found.height !== options.height) {
    const expected = `${options.width} × ${options.height}`;
    throw fault(
      'FRAME_UNDECODABLE',
      `the picture is ${found.width} × ${found.height} while its headers say ${expected}`,
    );
  }
  const divisor = shrinkDivisor(options);
  try {
    const pipeline = sharp(bytes, { sequentialRead: true, limitInputPixels: maxPixels });
    if (divisor > 1) {
      const size = [Math.ceil(found.width / divisor), Math.ceil(found.height / divisor)] as const;
      pipeline.resize(...size, { fit: 'fill', kernel: 'linear' });
    }
    const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('FRAME_UNDECODABLE', `the JPEG does not decode: ${reason.split('\n')[0]}`, { cause });
  }
}

/** 1, 2, 4 or 8: the largest that leaves at least the needed size. */
function shrinkDivisor({ width, height, neededWidth, neededHeight }: DecodeJpegOptions): number {
  let divisor = 8;
  while (divisor > 1 && (width / divisor < neededWidth || height / divisor < neededHeight)) divisor /= 2;
  return divisor;
}
