import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, isFault } from '../base/errors.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { DecodedFrame, FrameReader, ReaderEvents } from './frame-reader.ts';
import { fileInput } from './inputs.ts';
import { VideoReader } from './video-reader.ts';

export interface FolderReaderOptions {
  ffmpeg: Ffmpeg;
  /** The source as the user wrote it, for messages. */
  source: string;
  path: string;
  /** Each picture stands for 1/fps of stream time. */
  fps: number;
  silenceMs: number;
  events: ReaderEvents;
}

const pictureFile = /\.(jpe?g|png|bmp|webp|tiff?|gif|avif|jp2|ppm|pgm)$/i;
const videoFile = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|ts|mts|wmv|flv|ogv|3gp)$/i;
const naturalOrder = new Intl.Collator('en', { numeric: true });

/**
 * The pictures and videos of a folder in natural order (2 before 10), as one stream. Other files and folders inside are
 * left out; a file that cannot be read counts as one damaged frame.
 */
export class FolderReader implements FrameReader {
  readonly live = false;
  readonly #options: FolderReaderOptions;
  #names: string[] = [];
  #reader: VideoReader | undefined;
  #isPicture = false;
  #isDamaged = false;
  #interrupted = false;
  #offsetUs: number | undefined;
  #nextUs = 0;

  constructor(options: FolderReaderOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { path, source } = this.#options;
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    this.#names = names.filter((name) => pictureFile.test(name) || videoFile.test(name)).sort(naturalOrder.compare);
    if (this.#names.length > 0) return;
    throw fault(
      'SOURCE_UNREADABLE',
      `The folder ${source} holds ${names.length} files, no picture or video among them`,
      {
        next: 'Name a folder of pictures (.jpg, .png …) or videos (.mp4, .avi, .mkv …).',
      },
    );
  }

  async next(): Promise<DecodedFrame | undefined> {
    while (!this.#interrupted) {
      if (!this.#reader && !(await this.#openNextFile())) return undefined;
      const frame = await this.#readFrame();
      if (frame) return this.#onTimeline(frame);
      await this.close();
    }
    return undefined;
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#reader?.interrupt();
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = undefined;
  }

  /** @returns false when there are no more files */
  async #openNextFile(): Promise<boolean> {
    const name = this.#names.shift();
    if (name === undefined) return false;
    const { path, ...common } = this.#options;
    const file = join(path, name);
    this.#isPicture = pictureFile.test(name);
    this.#offsetUs = undefined;
    this.#isDamaged = false;
    const events = { onDamaged: () => this.#damaged(), onMissing: () => {} };
    const input = fileInput(file);
    this.#reader = new VideoReader({ ...common, events, source: file, input, live: false, network: false });
    await this.#orDamaged(this.#reader.open());
    return true;
  }

  #readFrame(): Promise<DecodedFrame | undefined> {
    return this.#reader ? this.#orDamaged(this.#reader.next()) : Promise.resolve(undefined);
  }

  async #orDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!isFault(error, 'SOURCE_UNREADABLE')) throw error;
      // One that holds nothing readable is one lost frame, which its decoder may have told already.
      if (!this.#isDamaged) this.#damaged();
      await this.close();
      return undefined;
    }
  }

  #damaged(): void {
    this.#isDamaged = true;
    this.#options.events.onDamaged();
  }

  #onTimeline(frame: DecodedFrame): DecodedFrame {
    this.#offsetUs ??= this.#nextUs - frame.ptsUs;
    const ptsUs = this.#isPicture ? Math.round(this.#nextUs) : Math.round(frame.ptsUs + this.#offsetUs);
    this.#nextUs = ptsUs + 1_000_000 / this.#options.fps;
    return { ...frame, ptsUs };
  }
}
