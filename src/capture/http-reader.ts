import { setTimeout as delay } from 'node:timers/promises';
import type { DecodedFrame, FrameReader } from './frame-reader.ts';
import { VideoReader, type VideoReaderOptions } from './video-reader.ts';

export interface HttpReaderOptions extends Omit<VideoReaderOptions, 'live' | 'network'> {
  /** How often a camera that only gives single pictures is asked, per second. */
  fps: number;
}

/** FFmpeg's names for the formats of single pictures. */
const singlePicture = /(_pipe|^image2)\b/;

/**
 * What lies behind an HTTP address shows only once it is opened: a stream (MJPEG, HLS …), a video file, or a single
 * picture, which is then asked for again and again at the wanted rate, stamped with its time of arrival.
 */
export class HttpReader implements FrameReader {
  readonly #options: HttpReaderOptions;
  #reader: VideoReader;
  #isSnapshot = false;
  #openedAtMs = 0;
  #dueMs = 0;
  #asked = false;
  #stopped = new AbortController();

  constructor(options: HttpReaderOptions) {
    this.#options = options;
    this.#reader = this.#newReader();
  }

  get live(): boolean {
    return this.#isSnapshot || this.#reader.live;
  }

  async open(): Promise<void> {
    await this.#reader.open();
    this.#isSnapshot = singlePicture.test(this.#reader.formatName);
    this.#openedAtMs = performance.now();
    this.#dueMs = this.#openedAtMs;
  }

  async next(): Promise<DecodedFrame | undefined> {
    if (!this.#isSnapshot) return this.#reader.next();
    if (this.#asked) await this.#askAgain();
    if (this.#stopped.signal.aborted) return undefined;
    this.#asked = true;
    const frame = await this.#reader.next();
    return frame && { ...frame, ptsUs: Math.round((performance.now() - this.#openedAtMs) * 1000) };
  }

  interrupt(): void {
    this.#stopped.abort();
    this.#reader.interrupt();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #askAgain(): Promise<void> {
    await this.#reader.close();
    this.#dueMs = Math.max(this.#dueMs + 1000 / this.#options.fps, performance.now() - 1000);
    const waitMs = this.#dueMs - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    this.#reader = this.#newReader();
    if (!this.#stopped.signal.aborted) await this.#reader.open();
  }

  #newReader(): VideoReader {
    return new VideoReader({ ...this.#options, live: 'by-duration', network: true });
  }
}
