/** An episode is over once the score has been below the threshold for so long. */
const calmMs = 4000;

/** Tells the first window of each episode from those that follow. Pure; times are stream times. */
export class Episodes {
  #lastAboveUs: number | undefined;

  /** @param lastAboveUs of an earlier life: when the score was above the threshold last */
  constructor(lastAboveUs?: number) {
    this.#lastAboveUs = lastAboveUs;
  }

  get lastAboveUs(): number | undefined {
    return this.#lastAboveUs;
  }

  /** Whether a window begins an episode. */
  begins(ptsUs: number, isAbove: boolean): boolean {
    if (!isAbove) return false;
    const calmUs = Math.abs(ptsUs - (this.#lastAboveUs ?? Number.NEGATIVE_INFINITY));
    this.#lastAboveUs = ptsUs;
    return calmUs > calmMs * 1000;
  }
}
