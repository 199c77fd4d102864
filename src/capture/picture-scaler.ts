import { fault } from '../base/errors.ts';
import type { Ffmpeg, FilterContext, FilterGraph, Frame } from './ffmpeg.ts';
import type { Turn } from './orientation.ts';
import type { PictureSize } from './picture-size.ts';

export interface PictureScalerOptions {
  ffmpeg: Ffmpeg;
  /** The first picture; those that follow must be of the same form, see `fits`. */
  picture: Frame;
  turn: Turn;
  size: PictureSize;
  /** FFmpeg's name; full range either way. */
  pixelFormat?: 'yuvj420p' | 'gray';
}

/**
 * FFmpeg's filters turn → scale → full-range BT.601 YUV 4:2:0, or grey, for pictures of one form. Limited range and BT.709 are
 * converted here: a JPEG has no place to say either.
 */
export class PictureScaler {
  readonly #ffmpeg: Ffmpeg;
  readonly #form: string;
  readonly #graph: FilterGraph;
  readonly #entry: FilterContext;
  readonly #exit: FilterContext;
  readonly #scaled: Frame;

  constructor({ ffmpeg, picture, turn, size, pixelFormat = 'yuvj420p' }: PictureScalerOptions) {
    const { lib } = ffmpeg;
    this.#ffmpeg = ffmpeg;
    this.#form = formOf(picture, turn);
    this.#graph = new lib.FilterGraph();
    this.#graph.alloc();
    this.#graph.nbThreads = 1;
    this.#entry = this.#add('buffer', entryArguments(picture));
    this.#exit = this.#chain(turn, scaleArguments(ffmpeg, picture, size), pixelFormat);
    this.#scaled = new lib.Frame();
    this.#scaled.alloc();
    this.#check(this.#graph.configSync());
  }

  /** Whether a picture has the size, pixel format and colours this scaler was made for. */
  fits(picture: Frame, turn: Turn): boolean {
    return formOf(picture, turn) === this.#form;
  }

  /** @returns the scaled picture, valid until the next call; the given one stays as it is. @throws FRAME_UNDECODABLE */
  async scale(picture: Frame): Promise<Frame> {
    this.#scaled.unref();
    const { AV_BUFFERSRC_FLAG_KEEP_REF: keep } = this.#ffmpeg.constants;
    // Only kept here; the work is done, on another thread, when the outcome is asked for.
    this.#check(this.#entry.buffersrcAddFrameSync(picture, keep));
    this.#check(await this.#exit.buffersinkGetFrame(this.#scaled));
    return this.#scaled;
  }

  close(): void {
    this.#scaled.free();
    this.#graph.free();
  }

  #chain(turn: Turn, scale: string, pixelFormat: string): FilterContext {
    let last = this.#entry;
    const append = (name: string, settings: string | null): void => {
      const next = this.#add(name, settings);
      this.#check(last.link(0, next, 0));
      last = next;
    };
    for (const step of turn === '' ? [] : turn.split(',')) {
      const [name = '', settings = null] = step.split('=');
      append(name, settings);
    }
    append('scale', scale);
    append('format', `pix_fmts=${pixelFormat}`);
    append('buffersink', null);
    return last;
  }

  #add(name: string, settings: string | null): FilterContext {
    const filter = this.#ffmpeg.lib.Filter.getByName(name);
    const context = filter && this.#graph.createFilter(filter, `${name}${this.#graph.nbFilters}`, settings);
    if (!context) throw fault('FRAME_UNDECODABLE', `FFmpeg could not set up its filter ${name} (${settings ?? ''})`);
    return context;
  }

  #check(code: number): void {
    if (code >= 0) return;
    const { message } = new this.#ffmpeg.lib.FFmpegError(code);
    throw fault('FRAME_UNDECODABLE', `FFmpeg could not scale a picture: ${message}`);
  }
}

function formOf(picture: Frame, turn: Turn): string {
  const { width, height, format, colorSpace, colorRange, sampleAspectRatio } = picture;
  return [width, height, format, colorSpace, colorRange, sampleAspectRatio.num, sampleAspectRatio.den, turn].join(' ');
}

function entryArguments({ width, height, format, colorSpace, colorRange }: Frame): string {
  return `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1000000:pixel_aspect=1/1:colorspace=${colorSpace}:range=${colorRange}`;
}

function scaleArguments({ constants }: Ffmpeg, picture: Frame, size: PictureSize): string {
  // Video that does not name its coefficients has BT.601's up to SD and BT.709's above, as every player takes it.
  const isHd = picture.colorSpace === constants.AVCOL_SPC_UNSPECIFIED && picture.height > 576;
  const from = isHd ? ':in_color_matrix=bt709' : '';
  return `w=${size.width}:h=${size.height}:flags=bilinear:out_range=full:out_color_matrix=bt601${from}`;
}
