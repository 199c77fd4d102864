import { wallClockUs } from '../base/clock.ts';
import { type FaultCode, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LossReason } from '../topics/ledger-record.ts';
import type { CameraOptions } from './camera-options.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { FrameGate } from './frame-gate.ts';
import type { FramePublisher } from './frame-publisher.ts';
import type { DecodedFrame, FrameReader } from './frame-reader.ts';
import { JpegEncoder } from './jpeg-encoder.ts';
import { MotionWatch } from './motion/motion-watch.ts';
import { Pacer } from './pacer.ts';
import type { SessionAccount } from './session-account.ts';

export interface CaptureSessionOptions {
  ffmpeg: Ffmpeg;
  camera: CameraOptions;
  /** Opened. */
  reader: FrameReader;
  account: SessionAccount;
  publisher: FramePublisher;
  /** Frames wait for the time at which they were filmed. */
  paced: boolean;
  signal: AbortSignal;
  logger: Logger;
  onFirstFrame(): void;
}

/** A record must fit into one request and one fetch. */
const maxJpegBytes = 15 * 2 ** 20;

/** One opened source, from its first picture to its last: choose → encode → number → queue. */
export class CaptureSession {
  readonly #options: CaptureSessionOptions;
  readonly #gate: FrameGate;
  readonly #pacer = new Pacer();
  readonly #encoder: JpegEncoder;
  readonly #motion: MotionWatch | undefined;
  #lostShare = 0;

  constructor(options: CaptureSessionOptions) {
    const { ffmpeg, camera } = options;
    this.#options = options;
    this.#gate = new FrameGate(camera.fps);
    this.#encoder = new JpegEncoder({ ffmpeg, maxWidth: camera.width, quality: camera.quality });
    this.#motion = camera.motionGate && new MotionWatch(ffmpeg, camera.motionGate);
  }

  /** @returns when the source has ended or the signal aborted. @throws what the reader throws */
  async run(): Promise<void> {
    const { reader, signal, onFirstFrame } = this.#options;
    let isFirst = true;
    try {
      while (!signal.aborted) {
        const frame = await reader.next();
        if (!frame) return;
        if (isFirst) onFirstFrame();
        isFirst = false;
        if (this.#gate.accepts(frame.ptsUs)) await this.#take(frame);
      }
    } finally {
      this.#encoder.close();
      this.#motion?.close();
    }
  }

  /** A frame that did not decode. */
  damaged(): void {
    this.#lose('decode-error');
  }

  /** Frames that never came. */
  missing(frames: number): void {
    for (let n = 0; n < frames; n++) this.#lose('packet-loss');
  }

  /** Counts as captured and lost, in the share in which frames are wanted. */
  #lose(reason: LossReason): void {
    const { account, camera } = this.#options;
    const { intervalUs } = this.#gate;
    this.#lostShare += Number.isNaN(intervalUs) ? 1 : Math.min(1, (intervalUs * camera.fps) / 1_000_000 + 0.001);
    if (this.#lostShare < 1) return;
    this.#lostShare -= 1;
    account.captured();
    account.lost(reason);
  }

  async #take(frame: DecodedFrame): Promise<void> {
    const { account, publisher, reader, paced, signal } = this.#options;
    if (paced && !account.isReplaying) await this.#pacer.wait(frame.ptsUs, signal);
    if (!reader.live) await publisher.whenRoom(signal);
    if (signal.aborted) return;
    account.captured();
    if (!publisher.hasRoom) return account.lost(publisher.lossReason);
    await this.#encodeAndQueue(frame, paced || !reader.live ? wallClockUs() : frame.arrivedAtUs);
  }

  async #encodeAndQueue({ picture, ptsUs }: DecodedFrame, capturedAtUs: number): Promise<void> {
    const { account, publisher, camera, logger } = this.#options;
    try {
      const { jpeg, width, height } = await this.#encoder.encode(picture);
      if (jpeg.length > maxJpegBytes) throw new RangeError(`the JPEG has ${jpeg.length} bytes`);
      const still = (await this.#motion?.isStill(picture, ptsUs)) ? { still: true as const } : {};
      const frame = account.number(width, height);
      const header = { camera: camera.id, session: account.id, frame, capturedAtUs, ptsUs, width, height, ...still };
      if (account.isInLog(frame)) account.published();
      else publisher.add({ ...header, jpeg }, () => account.published());
    } catch (error) {
      account.lost('encode-error');
      const code: FaultCode | undefined = isFault(error) ? error.code : undefined;
      logger.warn({ code }, `a frame of ${camera.id} was lost: ${String(error)}`);
    }
  }
}
