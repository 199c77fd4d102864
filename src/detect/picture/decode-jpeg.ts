import { fault } from '../../base/errors.ts';
import { importJpegTurbo } from './import-jpeg-turbo.ts';
import { importSharp } from './import-sharp.ts';
import { jpegSize } from './jpeg-size.ts';

/** Decoded pixels, rows from the top, tightly packed. */
export interface Picture {
  width: number;
  height: number;
  /** 1 (grey) or 3 (red, green, blue), 0..255 each. */
  channels: number;
  data: Uint8Array;
}

/** The size that the frame's headers promise, pixels. */
export interface PromisedSize {
  width: number;
  height: number;
}

/** Decodes one JPEG after the other. */
export interface JpegDecoder {
  /**
   * @returns a picture whose pixels stand until the next call
   * @throws FRAME_UNDECODABLE when it is not a whole JPEG, or not of the promised size
   * @throws OPTIONAL_PART_MISSING when nothing that decodes JPEGs is installed
   */
  decode(bytes: Uint8Array, promised: PromisedSize): Promise<Picture>;
  /**
   * As `decode`, but of the brightness alone (one channel), which a JPEG holds by itself: half of the cost. Colours where
   * libjpeg-turbo is missing or refuses the picture.
   */
  decodeGrey(bytes: Uint8Array, promised: PromisedSize): Promise<Picture>;
}

/** Larger frames than 8K UHD are refused: a few bytes of JPEG can claim gigabytes of pixels. */
const maxPixels = 7680 * 4320;

/**
 * Decodes with libjpeg-turbo on the calling thread, into the same memory again and again: a quarter of what sharp costs,
 * most of which is not decoding (bench/detection-steps.ts). What libjpeg-turbo refuses is sharp's to judge: it reads
 * colour spaces that the other does not, and says what is wrong with the rest.
 */
export async function openJpegDecoder(): Promise<JpegDecoder> {
  const turbo = await importJpegTurbo();
  let pixels = Buffer.alloc(0);
  async function decodeTo(channels: 1 | 3, bytes: Uint8Array, promised: PromisedSize): Promise<Picture> {
    const { width, height } = checkedSize(bytes, promised);
    if (!turbo) return decodeWithSharp(bytes);
    if (pixels.length !== channels * width * height) pixels = Buffer.allocUnsafeSlow(channels * width * height);
    try {
      const format = channels === 1 ? turbo.FORMAT_GRAY : turbo.FORMAT_RGB;
      const found = turbo.decompressSync(asBuffer(bytes), pixels, { format });
      if (found.width === width && found.height === height) return { width, height, channels, data: pixels };
    } catch {
      // Sharp below decodes it or knows why not.
    }
    return decodeWithSharp(bytes);
  }
  return {
    decode: (bytes, promised) => decodeTo(3, bytes, promised),
    decodeGrey: (bytes, promised) => decodeTo(1, bytes, promised),
  };
}

/** @throws FRAME_UNDECODABLE */
function checkedSize(bytes: Uint8Array, { width, height }: PromisedSize): PromisedSize {
  const found = jpegSize(bytes);
  if (found.width !== width || found.height !== height) {
    throw fault(
      'FRAME_UNDECODABLE',
      `the picture is ${found.width} × ${found.height} while its headers say ${width} × ${height}`,
    );
  }
  if (width * height > maxPixels) {
    throw fault('FRAME_UNDECODABLE', `the picture's ${width} × ${height} pixels exceed the limit of ${maxPixels}`);
  }
  return found;
}

async function decodeWithSharp(bytes: Uint8Array): Promise<Picture> {
  const sharp = await importSharp();
  try {
    const pipeline = sharp(bytes, { sequentialRead: true, limitInputPixels: maxPixels }).toColourspace('srgb');
    const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('FRAME_UNDECODABLE', `the JPEG does not decode: ${reason.split('\n')[0]}`, { cause });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
