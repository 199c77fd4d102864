import { setTimeout as delay } from 'node:timers/promises';
import { wallClockUs } from '../base/clock.ts';
import type { Ffmpeg, FormatContext, Packet, Stream } from './ffmpeg.ts';
import { ffmpegErrors } from './ffmpeg-errors.ts';

/** What FFmpeg is to open. */
export interface Input {
  /** An address or path as FFmpeg takes it; may hold a password. */
  url: string;
  /** FFmpeg's name of the format, when it is not to be found out. */
  format?: string;
  options: Record<string, string>;
  /** Reads return at once when nothing is there (webcams, whose reads cannot be interrupted). */
  nonBlocking?: boolean;
}

export type OpenResult =
  | { ok: true; stream: Stream; formatName: string; durationUs: number }
  | { ok: false; code: number; stage: 'open' | 'probe' | 'no-video' };

const retryWhenEmptyMs = 4;

/**
 * The video packets of one input. FFmpeg's calls run on libuv's threads, one at a time; `interrupt` makes the one under
 * way come back within milliseconds.
 */
export class PacketReader {
  readonly #ffmpeg: Ffmpeg;
  readonly #context: FormatContext;
  readonly #packet: Packet;
  #videoIndex = -1;
  #interrupted = false;
  #closed = false;
  /** Wall clock in microseconds when the newest video packet came in. */
  arrivedAtUs = 0;

  constructor(ffmpeg: Ffmpeg) {
    this.#ffmpeg = ffmpeg;
    this.#context = new ffmpeg.lib.FormatContext();
    // Allocated before it is opened: only then does an interrupt reach the opening itself.
    this.#context.allocContext();
    this.#packet = new ffmpeg.lib.Packet();
    this.#packet.alloc();
  }

  async open(input: Input): Promise<OpenResult> {
    const { lib, constants } = this.#ffmpeg;
    const options = lib.Dictionary.fromObject(input.options);
    if (input.nonBlocking) this.#context.setFlags(constants.AVFMT_FLAG_NONBLOCK);
    const format = input.format === undefined ? null : lib.InputFormat.findInputFormat(input.format);
    const opened = await this.#context.openInput(input.url, format, options);
    if (opened < 0) return { ok: false, code: opened, stage: 'open' };
    const probed = this.#interrupted ? ffmpegErrors.exit : await this.#context.findStreamInfo(null);
    if (probed < 0) return { ok: false, code: probed, stage: 'probe' };
    this.#videoIndex = this.#context.findBestStream(constants.AVMEDIA_TYPE_VIDEO);
    const stream = this.#context.streams[this.#videoIndex];
    if (!stream) return { ok: false, code: this.#videoIndex, stage: 'no-video' };
    const durationUs = Number(this.#context.duration);
    return { ok: true, stream, formatName: this.#context.iformat?.name ?? '', durationUs: Math.max(0, durationUs) };
  }

  /** The next video packet, valid until the following call; or FFmpeg's error code (`endOfFile`, `exit` …). */
  async next(): Promise<Packet | number> {
    for (;;) {
      this.#packet.unref();
      if (this.#interrupted) return ffmpegErrors.exit;
      const code = await this.#context.readFrame(this.#packet);
      if (code === this.#ffmpeg.tryAgain) await delay(retryWhenEmptyMs);
      else if (code < 0) return code;
      else if (this.#packet.streamIndex === this.#videoIndex) {
        this.arrivedAtUs = wallClockUs();
        return this.#packet;
      }
    }
  }

  interrupt(): void {
    this.#interrupted = true;
    if (!this.#closed) this.#context.interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    await this.#context.closeInput();
  }
}
