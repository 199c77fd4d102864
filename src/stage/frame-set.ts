/**
 * A set of frame numbers that is small while they come roughly in order: everything below a mark, plus the few beyond
 * it. Exact for any order.
 */
export class FrameSet {
  #below = 0;
  readonly #beyond = new Set<number>();

  /** @returns false when the number was there already */
  add(frame: number): boolean {
    if (this.has(frame)) return false;
    if (frame !== this.#below) {
      this.#beyond.add(frame);
      return true;
    }
    this.#below++;
    while (this.#beyond.delete(this.#below)) this.#below++;
    return true;
  }

  has(frame: number): boolean {
    return frame < this.#below || this.#beyond.has(frame);
  }

  get size(): number {
    return this.#below + this.#beyond.size;
  }

  /** How many numbers are in all of the sets; an absent set counts as empty. */
  static sizeOfIntersection(sets: readonly (FrameSet | undefined)[]): number {
    const present = sets.flatMap((set) => set ?? []);
    const [first] = present;
    if (!first || present.length < sets.length) return 0;
    // Beyond the lowest mark only what the set with that mark holds can be in all.
    const lagging = present.reduce((least, set) => (set.#below < least.#below ? set : least), first);
    let size = lagging.#below;
    for (const frame of lagging.#beyond) if (present.every((set) => set.has(frame))) size++;
    return size;
  }
}
