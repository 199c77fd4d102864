/** How fast a counter that never falls grows, over the last seconds in which it was looked at. */
export class CounterRate {
  readonly #windowMs: number;
  readonly #looks: { value: number; atMs: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @param atMs a clock that never jumps */
  look(value: number, atMs: number): void {
    const newest = this.#looks.at(-1);
    // A topic made anew, or offsets set back by hand: what was before says nothing any more.
    if (newest && value < newest.value) this.#looks.length = 0;
    this.#looks.push({ value, atMs });
    while ((this.#looks[1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs - this.#windowMs) this.#looks.shift();
  }

  /** 0 until there were two looks. */
  get perSecond(): number {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (!first || !last || last.atMs <= first.atMs) return 0;
    return ((last.value - first.value) * 1000) / (last.atMs - first.atMs);
  }
}
