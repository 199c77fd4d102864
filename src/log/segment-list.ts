import { fault } from '../base/errors.ts';
import type { Segment } from './segment.ts';

/** The segments of a log in the order of their offsets; never empty. The last one grows. */
export class SegmentList {
  readonly #segments: Segment[];

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments];
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get first(): Segment {
    return required(this.#segments[0]);
  }

  get active(): Segment {
    return required(this.#segments.at(-1));
  }

  /** The segment that holds `offset` or would hold it; the first one for offsets before the log. */
  holding(offset: bigint): Segment {
    return this.#segments[this.#indexHolding(offset)] ?? this.first;
  }

  /** The segment that follows the one that holds `offset`. */
  after(offset: bigint): Segment | undefined {
    return this.#segments[this.#indexHolding(offset) + 1];
  }

  /** The segments from the one that holds `offset` on. */
  from(offset: bigint): Segment[] {
    return this.#segments.slice(this.#indexHolding(offset));
  }

  #indexHolding(offset: bigint): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (required(this.#segments[middle]).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  push(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** Puts one segment in the place of neighbours. */
  replace(neighbours: readonly Segment[], by: Segment): void {
    const first = neighbours[0];
    const index = first ? this.#segments.indexOf(first) : -1;
    if (index < 0) throw fault('LOG_FAILED', 'the segments to replace are not in the log');
    this.#segments.splice(index, neighbours.length, by);
  }

  /** Takes the `count` oldest out; at least one stays. */
  takeFirst(count: number): Segment[] {
    return this.#segments.splice(0, Math.min(count, this.#segments.length - 1));
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, each) => sum + each.sizeBytes, 0);
  }
}

function required(segment: Segment | undefined): Segment {
  if (!segment) throw fault('LOG_FAILED', 'the log has no segment');
  return segment;
}
