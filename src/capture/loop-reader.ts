import type { DecodedFrame, FrameReader } from './frame-reader.ts';

const fallbackIntervalUs = 100_000;

/** Plays a film again and again; its stream time goes on growing. */
export class LoopReader implements FrameReader {
  readonly live = false;
  readonly #create: () => FrameReader;
  #reader: FrameReader;
  #offsetUs = 0;
  #firstUs: number | undefined;
  #lastUs = 0;
  #intervalUs = fallbackIntervalUs;
  #interrupted = false;

  constructor(create: () => FrameReader) {
    this.#create = create;
    this.#reader = create();
  }

  open(): Promise<void> {
    return this.#reader.open();
  }

  async next(): Promise<DecodedFrame | undefined> {
    const frame = await this.#reader.next();
    if (frame) return this.#shifted(frame);
    if (this.#interrupted || this.#firstUs === undefined) return undefined;
    await this.#rewind(this.#firstUs);
    return this.#interrupted ? undefined : this.next();
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#reader.interrupt();
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #shifted(frame: DecodedFrame): DecodedFrame {
    const ptsUs = frame.ptsUs + this.#offsetUs;
    if (this.#firstUs === undefined) this.#firstUs = frame.ptsUs;
    else if (ptsUs > this.#lastUs) this.#intervalUs = ptsUs - this.#lastUs;
    this.#lastUs = ptsUs;
    return { ...frame, ptsUs };
  }

  async #rewind(firstUs: number): Promise<void> {
    await this.#reader.close();
    this.#offsetUs = this.#lastUs + this.#intervalUs - firstUs;
    this.#reader = this.#create();
    await this.#reader.open();
  }
}
