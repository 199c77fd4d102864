import type { CodecContext, Ffmpeg, Frame, Packet, Stream } from './ffmpeg.ts';
import { ffmpegErrors } from './ffmpeg-errors.ts';

export type SendResult = 'taken' | 'full' | 'damaged';
export type ReceiveResult = 'frame' | 'needs-packet' | 'damaged' | 'end';

/** Decodes the packets of one stream, on one thread and without delay. */
export class FrameDecoder {
  readonly #ffmpeg: Ffmpeg;
  readonly #context: CodecContext;
  /** The decoded picture, valid until the next call of `receive`. */
  readonly picture: Frame;

  constructor(ffmpeg: Ffmpeg) {
    this.#ffmpeg = ffmpeg;
    this.#context = new ffmpeg.lib.CodecContext();
    this.picture = new ffmpeg.lib.Frame();
    this.picture.alloc();
  }

  /** @returns false when this build of FFmpeg has no decoder for the stream */
  async open(stream: Stream): Promise<boolean> {
    const codec = this.#ffmpeg.lib.Codec.findDecoder(stream.codecpar.codecId);
    if (!codec) return false;
    this.#context.allocContext3(codec);
    this.#context.parametersToContext(stream.codecpar);
    this.#context.pktTimebase = stream.timeBase;
    this.#context.threadCount = 1;
    return (await this.#context.open2(codec)) >= 0;
  }

  /** Hands in a packet; `full` means: receive first, then send the same packet again. `null` asks for the last frames. */
  async send(packet: Packet | null): Promise<SendResult> {
    const code = await this.#context.sendPacket(packet);
    if (code === this.#ffmpeg.tryAgain) return 'full';
    return code < 0 && code !== ffmpegErrors.endOfFile ? 'damaged' : 'taken';
  }

  /** FFmpeg decodes in `send` and only hands out here: nothing that a thread is worth waking for. */
  receive(): ReceiveResult {
    this.picture.unref();
    const code = this.#context.receiveFrameSync(this.picture);
    if (code >= 0) return 'frame';
    if (code === this.#ffmpeg.tryAgain) return 'needs-packet';
    return code === ffmpegErrors.endOfFile ? 'end' : 'damaged';
  }

  close(): void {
    this.picture.free();
    this.#context.freeContext();
  }
}
