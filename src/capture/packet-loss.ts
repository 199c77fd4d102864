/** A gap in stream time and FFmpeg's word of missing packets belong together when they are at most so far apart. */
const togetherMs = 5_000;
/** Stream times of this many packets are looked at to learn how far frames are apart. */
const learnedPackets = 15;

/**
 * Counts the frames of which nothing came because RTP packets were lost. FFmpeg tells that packets are missing but not
 * of how many frames; the gap in stream time tells how many frames, but a camera may also make a pause. So a gap counts
 * when both are seen, in either order. Frames that came in part are shown as the decoder mends them, and are not lost.
 */
export class PacketLoss {
  readonly #intervals: number[] = [];
  readonly #nowMs: () => number;
  readonly #onMissing: (frames: number) => void;
  #lastPtsUs: number | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #gap = { frames: 0, atMs: Number.NEGATIVE_INFINITY };

  /** @param nowMs a clock that never jumps, milliseconds */
  constructor(nowMs: () => number, onMissing: (frames: number) => void) {
    this.#nowMs = nowMs;
    this.#onMissing = onMissing;
  }

  /** A packet came that begins a frame. */
  sawPacket(ptsUs: number): void {
    const stepUs = ptsUs - (this.#lastPtsUs ?? ptsUs);
    this.#lastPtsUs = ptsUs;
    if (stepUs <= 0) return;
    const intervalUs = this.#interval();
    if (intervalUs !== undefined && stepUs > intervalUs * 1.5) {
      this.#gap = { frames: Math.round(stepUs / intervalUs) - 1, atMs: this.#nowMs() };
      this.#compare();
      return;
    }
    this.#intervals.push(stepUs);
    if (this.#intervals.length > learnedPackets) this.#intervals.shift();
  }

  /** FFmpeg found that packets are missing. */
  wasTold(): void {
    this.#toldAtMs = this.#nowMs();
    this.#compare();
  }

  #compare(): void {
    if (this.#gap.frames === 0 || Math.abs(this.#gap.atMs - this.#toldAtMs) > togetherMs) return;
    const { frames } = this.#gap;
    this.#gap = { frames: 0, atMs: Number.NEGATIVE_INFINITY };
    this.#toldAtMs = Number.NEGATIVE_INFINITY;
    this.#onMissing(frames);
  }

  /** The middle one of the newest steps; undefined while there are too few to know. */
  #interval(): number | undefined {
    if (this.#intervals.length < 5) return undefined;
    return [...this.#intervals].sort((a, b) => a - b)[this.#intervals.length >> 1];
  }
}
