/** At `timeMs` the next offset to be written was `offset`. */
interface Knot {
  offset: number;
  timeMs: number;
}

/** Knots closer together than this share of their age say nothing new. */
const resolution = 0.02;
const mostKnots = 1000;

/**
 * Knows when each offset of a partition was written, from looking at the end of its log now and then: the time of an
 * offset between two looks is interpolated. Old looks are thinned out, so that a day of lag takes no more room than an hour.
 */
export class OffsetTimes {
  #knots: Knot[] = [];

  /** Looks may come in any order of time; the offset must not fall with time. */
  add(offset: number, timeMs: number): void {
    const newest = this.#knots.at(-1);
    if (!newest || timeMs > newest.timeMs) this.#push({ offset, timeMs });
    else if (timeMs < (this.#knots[0]?.timeMs ?? 0)) this.#knots.unshift({ offset, timeMs });
  }

  /** Forgets what lies before the last knot that is not above this offset: nobody will ask for it. */
  forgetBefore(offset: number): void {
    let first = 0;
    while ((this.#knots[first + 1]?.offset ?? Number.POSITIVE_INFINITY) <= offset) first++;
    this.#knots.splice(0, first);
  }

  /** Wall clock at which the record with this offset was written; undefined when it lies before all looks. */
  timeOf(offset: number): number | undefined {
    // The record `offset` was the last one when the end moved on to offset + 1.
    const after = this.#knots.findIndex((knot) => knot.offset > offset);
    if (after < 0) return this.#knots.at(-1)?.timeMs;
    const [before, next] = [this.#knots[after - 1], this.#knots[after]];
    if (!before || !next) return undefined;
    const share = (offset + 1 - before.offset) / (next.offset - before.offset);
    return before.timeMs + share * (next.timeMs - before.timeMs);
  }

  get size(): number {
    return this.#knots.length;
  }

  #push(knot: Knot): void {
    const [before, newest] = this.#knots.slice(-2);
    // While nothing comes, only the last of equal looks counts: the next record is younger than that.
    if (before && newest && before.offset === newest.offset && newest.offset === knot.offset) {
      newest.timeMs = knot.timeMs;
      return;
    }
    this.#knots.push(knot);
    if (this.#knots.length > mostKnots) this.#thin(knot.timeMs);
  }

  #thin(nowMs: number): void {
    let keptMs = Number.NEGATIVE_INFINITY;
    this.#knots = this.#knots.filter((knot, index) => {
      const isEnd = index === this.#knots.length - 1;
      if (!isEnd && knot.timeMs - keptMs < (nowMs - knot.timeMs) * resolution) return false;
      keptMs = knot.timeMs;
      return true;
    });
  }
}
