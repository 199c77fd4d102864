import type { Ffmpeg, Frame } from '../ffmpeg.ts';
import { PictureScaler } from '../picture-scaler.ts';
import { type GreyPicture, MotionGate, type MotionGateSettings } from './motion-gate.ts';

const size = { width: 96, height: 54 };

/** Says of each picture of a camera, in order, whether nothing in it moves: a small grey one of it goes to the motion gate. */
export class MotionWatch {
  readonly #ffmpeg: Ffmpeg;
  readonly #gate: MotionGate;
  #scaler: PictureScaler | undefined;

  constructor(ffmpeg: Ffmpeg, settings: Partial<MotionGateSettings> = {}) {
    this.#ffmpeg = ffmpeg;
    this.#gate = new MotionGate(settings);
  }

  /**
   * @param picture as it was decoded
   * @returns true when no model need look. A picture that cannot be made small is one to look at.
   */
  async isStill(picture: Frame, ptsUs: number): Promise<boolean> {
    const grey = await this.#shrink(picture).catch(() => undefined);
    return grey !== undefined && !this.#gate.look(grey, ptsUs).isOpen;
  }

  close(): void {
    this.#scaler?.close();
  }

  async #shrink(picture: Frame): Promise<GreyPicture | undefined> {
    const scaled = await this.#scalerFor(picture).scale(picture);
    const [plane] = scaled.data ?? [];
    const [stride = 0] = scaled.linesize;
    if (!plane) return undefined;
    const pixels = new Uint8Array(size.width * size.height);
    for (let y = 0; y < size.height; y++) {
      pixels.set(plane.subarray(y * stride, y * stride + size.width), y * size.width);
    }
    return { pixels, ...size };
  }

  #scalerFor(picture: Frame): PictureScaler {
    if (this.#scaler?.fits(picture, '')) return this.#scaler;
    this.#scaler?.close();
    this.#scaler = new PictureScaler({ ffmpeg: this.#ffmpeg, picture, turn: '', size, pixelFormat: 'gray' });
    return this.#scaler;
  }
}
