import { fault, type VigilError } from '../base/errors.ts';
import { redactSource } from '../base/secrets.ts';
import type { Ffmpeg, Packet, Stream } from './ffmpeg.ts';
import { ffmpegErrors } from './ffmpeg-errors.ts';
import { cutShort, type FilmEnd, swallowedFrames } from './film-end.ts';
import { FrameDecoder } from './frame-decoder.ts';
import type { DecodedFrame, FrameReader, ReaderEvents } from './frame-reader.ts';
import { PacketLoss } from './packet-loss.ts';
import { type Input, type OpenResult, PacketReader } from './packet-reader.ts';
import { onMissedPackets } from './rtp-log.ts';
import { SilenceGuard } from './silence-guard.ts';
import { networkFault } from './source-fault.ts';

export interface VideoReaderOptions {
  ffmpeg: Ffmpeg;
  /** The source as the user wrote it, for messages. */
  source: string;
  input: Input;
  /** `by-duration`: live when the opened stream has no known end. */
  live: boolean | 'by-duration';
  /** By network: faults tell unreachable from silent from unreadable. */
  network: boolean;
  silenceMs: number;
  events: ReaderEvents;
}

/** Formats without stream time of their own: the time of arrival since the opening stands for it. */
const untimedFormats = /\bmpjpeg\b/;

/** Reads one video through FFmpeg: file, camera or test picture. */
export class VideoReader implements FrameReader {
  readonly #options: VideoReaderOptions;
  readonly #packets: PacketReader;
  readonly #decoder: FrameDecoder;
  readonly #silence: SilenceGuard;
  readonly #loss: PacketLoss | undefined;
  #stopListening: (() => void) | undefined;
  #stream: Stream | undefined;
  #pending: Packet | undefined;
  /** FFmpeg's code at which the packets ended; judged only once the decoder has given its last frames. */
  #endCode = 0;
  #untimed = false;
  #sawKeyframe = false;
  #openedAtUs = 0;
  #lastPtsUs = 0;
  #firstPtsUs = 0;
  #packetCount = 0;
  #frameCount = 0;
  #damagedCount = 0;
  #closed = false;
  formatName = '';
  live = false;

  constructor(options: VideoReaderOptions) {
    this.#options = options;
    this.#packets = new PacketReader(options.ffmpeg);
    this.#decoder = new FrameDecoder(options.ffmpeg);
    if (options.input.options.rtsp_transport === 'udp')
      this.#loss = new PacketLoss(
        () => performance.now(),
        (frames) => options.events.onMissing(frames),
      );
    this.#silence = new SilenceGuard(options.silenceMs, () => this.#packets.interrupt());
  }

  async open(): Promise<void> {
    this.#silence.start();
    const loss = this.#loss;
    if (loss) this.#stopListening = onMissedPackets(this.#options.ffmpeg, () => loss.wasTold());
    const opened = await this.#packets.open(this.#options.input);
    if (!opened.ok) throw await this.#openFault(opened);
    const { live } = this.#options;
    this.live = live === 'by-duration' ? opened.durationUs === 0 : live;
    this.formatName = opened.formatName;
    this.#untimed = untimedFormats.test(opened.formatName);
    this.#stream = opened.stream;
    if (!(await this.#decoder.open(opened.stream)))
      throw this.#unreadable('its video needs a decoder that is not there');
    if (!this.live) this.#silence.stop();
  }

  async next(): Promise<DecodedFrame | undefined> {
    for (;;) {
      const received = this.#decoder.receive();
      if (received === 'frame') return this.#decoded();
      if (received === 'damaged') this.#damaged();
      if (received === 'end') return this.#end();
      if (received === 'needs-packet') await this.#feed();
    }
  }

  interrupt(): void {
    this.#packets.interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#silence.stop();
    this.#stopListening?.();
    this.#decoder.close();
    await this.#packets.close();
  }

  /** Gives the decoder one more packet; the very same one again when the decoder was full. */
  async #feed(): Promise<void> {
    const packet = this.#pending ?? (await this.#nextPacket());
    const sent = await this.#decoder.send(packet ?? null);
    this.#pending = sent === 'full' ? packet : undefined;
    if (sent === 'damaged') this.#damaged();
  }

  /** @returns undefined when there are no more: the decoder is then asked for its last frames */
  async #nextPacket(): Promise<Packet | undefined> {
    for (;;) {
      const packet = await this.#packets.next();
      if (typeof packet === 'number') {
        this.#endCode = packet;
        return undefined;
      }
      this.#silence.refresh();
      this.#packetCount += 1;
      this.#openedAtUs ||= this.#packets.arrivedAtUs;
      this.#noteTime(packet);
      // Joining a running camera between two keyframes: what comes before the first one cannot be decoded.
      this.#sawKeyframe ||= packet.isKeyframe || !this.#options.network;
      if (this.#sawKeyframe) return packet;
    }
  }

  #noteTime({ pts }: Packet): void {
    const { timeBase } = this.#stream ?? {};
    if (!this.#loss || !timeBase || pts === this.#options.ffmpeg.constants.AV_NOPTS_VALUE) return;
    this.#loss.sawPacket((Number(pts) * 1_000_000 * timeBase.num) / timeBase.den);
  }

  #decoded(): DecodedFrame {
    const ptsUs = this.#ptsUs();
    if (this.#frameCount === 0) this.#firstPtsUs = ptsUs;
    this.#frameCount += 1;
    this.#lastPtsUs = ptsUs;
    return { picture: this.#decoder.picture, ptsUs, arrivedAtUs: this.#packets.arrivedAtUs };
  }

  #ptsUs(): number {
    if (this.#untimed) return this.#packets.arrivedAtUs - this.#openedAtUs;
    const { bestEffortTimestamp } = this.#decoder.picture;
    const stream = this.#stream;
    if (stream && bestEffortTimestamp !== this.#options.ffmpeg.constants.AV_NOPTS_VALUE) {
      return Math.round((Number(bestEffortTimestamp) * 1_000_000 * stream.timeBase.num) / stream.timeBase.den);
    }
    const rate = stream?.avgFrameRate;
    const intervalUs = rate && rate.num > 0 ? (1_000_000 * rate.den) / rate.num : 40_000;
    // The first picture of an RTSP stream often has none, and the second has 0.
    return Math.round(this.#frameCount === 0 ? -intervalUs : this.#lastPtsUs + intervalUs);
  }

  #end(): undefined {
    const failure = this.#readFault(this.#endCode);
    if (failure) throw failure;
    if (this.#endCode === ffmpegErrors.endOfFile) this.#checkFilmEnd();
    return undefined;
  }

  #checkFilmEnd(): void {
    const film = this.#filmEnd();
    const missing = cutShort(film);
    if (missing) throw this.#unreadable(missing);
    for (let n = swallowedFrames(film); n > 0; n--) this.#options.events.onDamaged();
  }

  #filmEnd(): FilmEnd {
    const { timeBase, duration, nbFrames } = this.#stream ?? {
      timeBase: { num: 0, den: 1 },
      duration: 0n,
      nbFrames: 0n,
    };
    const announcedUs = Math.max(0, (Number(duration) * 1_000_000 * timeBase.num) / timeBase.den);
    return {
      announcedFrames: Number(nbFrames),
      announcedUs,
      packets: this.#packetCount,
      frames: this.#frameCount,
      damaged: this.#damagedCount,
      spanUs: this.#lastPtsUs - this.#firstPtsUs + (announcedUs / Number(nbFrames) || 0),
    };
  }

  #damaged(): void {
    this.#damagedCount += 1;
    this.#options.events.onDamaged();
  }

  /** What the end of the packets means: nothing for a file that is through or when interrupted from outside. */
  #readFault(code: number): VigilError | undefined {
    const shown = redactSource(this.#options.source);
    if (this.#silence.expired) {
      return fault('SOURCE_SILENT', `${shown} has sent no picture for ${this.#options.silenceMs} ms`);
    }
    if (code === ffmpegErrors.exit) return undefined;
    if (this.live) return fault('SOURCE_ENDED', `${shown} ended its stream after ${this.#frameCount} frames`);
    if (code === ffmpegErrors.endOfFile && this.#frameCount > 0) return undefined;
    return this.#unreadable(`reading stopped after ${this.#frameCount} frames: ${this.#words(code)}`);
  }

  async #openFault(opened: Extract<OpenResult, { ok: false }>): Promise<VigilError> {
    const { network, source, silenceMs } = this.#options;
    const found = opened.stage === 'no-video' ? 'it holds no video' : this.#words(opened.code);
    if (!network || opened.stage === 'no-video') return this.#unreadable(found);
    return networkFault({ source, code: opened.code, text: found, silent: this.#silence.expired, silenceMs });
  }

  #unreadable(found: string): VigilError {
    return fault('SOURCE_UNREADABLE', `${redactSource(this.#options.source)} cannot be read: ${found}`);
  }

  #words(code: number): string {
    return new this.#options.ffmpeg.lib.FFmpegError(code).message;
  }
}
