import { fault } from '../base/errors.ts';
import type { CodecContext, Ffmpeg, Frame, Packet } from './ffmpeg.ts';
import { turnOf } from './orientation.ts';
import { PictureScaler } from './picture-scaler.ts';
import { type PictureSize, scaledSize } from './picture-size.ts';

export interface EncodedPicture extends PictureSize {
  jpeg: Buffer;
}

export interface JpegEncoderOptions {
  ffmpeg: Ffmpeg;
  maxWidth: number;
  /** 1..100 */
  quality: number;
}

/** Turns decoded pictures into JPEGs: upright, scaled, full range with BT.601 coefficients as JFIF has it, 4:2:0. */
export class JpegEncoder {
  readonly #options: JpegEncoderOptions;
  readonly #packet: Packet;
  #scaler: PictureScaler | undefined;
  #context: CodecContext | undefined;
  #contextSize = '';
  #count = 0n;

  constructor(options: JpegEncoderOptions) {
    this.#options = options;
    this.#packet = new options.ffmpeg.lib.Packet();
    this.#packet.alloc();
  }

  /** @throws FRAME_UNDECODABLE when FFmpeg cannot scale or encode the picture; the next one may be given all the same */
  async encode(picture: Frame): Promise<EncodedPicture> {
    const scaler = this.#scalerFor(picture);
    const scaled = await scaler.scale(picture);
    const context = await this.#contextFor(scaled);
    const { constants } = this.#options.ffmpeg;
    scaled.quality = quantiser(this.#options.quality) * constants.FF_QP2LAMBDA;
    scaled.pts = this.#count++;
    this.#check(await context.sendFrame(scaled), 'encode');
    // Sending has encoded it, on another thread.
    this.#check(context.receivePacketSync(this.#packet), 'encode');
    const jpeg = Buffer.from(this.#packet.data ?? []);
    const { width, height } = scaled;
    this.#packet.unref();
    return { jpeg, width, height };
  }

  close(): void {
    this.#scaler?.close();
    this.#context?.freeContext();
    this.#packet.free();
  }

  #scalerFor(picture: Frame): PictureScaler {
    const { ffmpeg, maxWidth } = this.#options;
    const turn = turnOf(ffmpeg, picture);
    if (this.#scaler?.fits(picture, turn)) return this.#scaler;
    this.#scaler?.close();
    const { num, den } = picture.sampleAspectRatio;
    const pixelAspect = num > 0 && den > 0 ? num / den : 1;
    const size = scaledSize(picture, { quarterTurned: turn.startsWith('transpose'), pixelAspect, maxWidth });
    this.#scaler = new PictureScaler({ ffmpeg, picture, turn, size });
    return this.#scaler;
  }

  async #contextFor(scaled: Frame): Promise<CodecContext> {
    const size = `${scaled.width}x${scaled.height}`;
    if (this.#context && this.#contextSize === size) return this.#context;
    this.#context?.freeContext();
    const { lib, constants } = this.#options.ffmpeg;
    const codec = lib.Codec.findEncoderByName(constants.FF_ENCODER_MJPEG);
    const context = new lib.CodecContext();
    context.allocContext3(codec);
    context.width = scaled.width;
    context.height = scaled.height;
    context.pixelFormat = constants.AV_PIX_FMT_YUVJ420P;
    context.colorRange = constants.AVCOL_RANGE_JPEG;
    context.timeBase = new lib.Rational(1, 1_000_000);
    context.threadCount = 1;
    context.qMin = 1;
    context.setFlags(constants.AV_CODEC_FLAG_QSCALE, constants.AV_CODEC_FLAG_BITEXACT);
    this.#check(await context.open2(codec), `encode a picture of ${size}`);
    this.#contextSize = size;
    this.#context = context;
    return context;
  }

  #check(code: number, what: string): void {
    if (code >= 0) return;
    const { message } = new this.#options.ffmpeg.lib.FFmpegError(code);
    throw fault('FRAME_UNDECODABLE', `FFmpeg could not ${what}: ${message}`);
  }
}

/**
 * FFmpeg's quantiser (1 best … 31) whose tables are on average as coarse as those of the Independent JPEG Group's
 * library at the given quality, so that the figure means what it means everywhere: 80 → 6, 50 → 14.
 */
export function quantiser(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, Math.round(13.8 * scale)));
}
