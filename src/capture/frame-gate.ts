/** A stream time that jumps back or ahead by more than this starts a new grid. */
const jumpUs = 10_000_000;

/**
 * Chooses the frames of a wanted rate by their stream time: the frame nearest to each point of a grid of 1/fps.
 * A source at or below the wanted rate passes whole, jitter included: up to half a frame interval early is in time,
 * and a late frame is never refused.
 */
export class FrameGate {
  readonly #periodUs: number;
  #dueUs = Number.NaN;
  #lastUs = Number.NaN;
  #intervalUs = Number.NaN;

  constructor(fps: number) {
    this.#periodUs = 1_000_000 / fps;
  }

  /** Shortest distance seen on average between frames of the source, µs; NaN before the second frame. */
  get intervalUs(): number {
    return this.#intervalUs;
  }

  /** Whether the frame at `ptsUs` is one of the wanted. To be asked once for each frame, in order. */
  accepts(ptsUs: number): boolean {
    if (this.#hasJumped(ptsUs)) {
      this.#lastUs = ptsUs;
      this.#dueUs = ptsUs + this.#periodUs;
      return true;
    }
    this.#observe(ptsUs);
    if (ptsUs < this.#dueUs - this.#toleranceUs()) return false;
    this.#dueUs += this.#periodUs;
    // A source slower than the grid: go on from the frame that came, instead of letting a burst through later.
    if (this.#dueUs <= ptsUs) this.#dueUs = ptsUs + this.#periodUs;
    return true;
  }

  #hasJumped(ptsUs: number): boolean {
    if (Number.isNaN(this.#lastUs)) return true;
    return ptsUs < this.#lastUs - this.#periodUs || ptsUs > this.#lastUs + Math.max(jumpUs, 2 * this.#periodUs);
  }

  #observe(ptsUs: number): void {
    const deltaUs = ptsUs - this.#lastUs;
    this.#lastUs = Math.max(ptsUs, this.#lastUs);
    if (deltaUs <= 0) return;
    this.#intervalUs = Number.isNaN(this.#intervalUs) ? deltaUs : this.#intervalUs * 0.9 + deltaUs * 0.1;
  }

  #toleranceUs(): number {
    return Math.min(this.#intervalUs || this.#periodUs, this.#periodUs) / 2;
  }
}
