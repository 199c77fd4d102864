import type { FrameBitmap } from '../frame-bitmap.ts';
import type { FramePartitions } from './frame-partitions.ts';
import { MappingWindow } from './mapping-window.ts';
import type { ArrivedResult, GapReason, Reach, SessionMark } from './order-types.ts';

/** A result that waits for its turn. */
export interface Held<T> {
  result: ArrivedResult<T>;
  /** Number of its arrival among all results: it is evidence only for a progress that was taken after it. */
  arrival: number;
}

/** Where the frames of a session come out. */
export interface SessionOutput<T> {
  result(session: string, frame: number, payload: T): void;
  gap(session: string, from: number, to: number, reason: GapReason): void;
}

export interface SessionOrderOptions<T> {
  partitions: FramePartitions;
  output: SessionOutput<T>;
  /** Frames that have no result because their group has discarded them; grows. */
  skipped: FrameBitmap;
}

const keptGaps = 32;

/** The results of one session of one camera, put in the order of their frames. */
export class SessionOrder<T> {
  readonly session: string;
  readonly #output: SessionOutput<T>;
  readonly #partitions: FramePartitions;
  readonly #skipped: FrameBitmap;
  readonly #held = new Map<number, Held<T>>();
  /** Least offset seen in each input partition: sessions lie one after the other in each. */
  readonly #firstOffsets = new Map<number, bigint>();
  readonly #gaps: [from: number, to: number][];
  #next: number;
  #heldBytes = 0;
  /** Frames from the released ones on were mapped with at least so many partitions. */
  #leastCount = 0;
  /** A frame lay where no known partition count puts it: others may lie anywhere. */
  #isMappingUnknown: boolean;

  constructor(mark: SessionMark, { partitions, output, skipped }: SessionOrderOptions<T>) {
    this.session = mark.session;
    this.#next = mark.next;
    this.#gaps = mark.gaps.map(([from, to]) => [from, to]);
    this.#isMappingUnknown = mark.isMappingUnknown;
    this.#partitions = partitions;
    this.#skipped = skipped;
    this.#output = output;
  }

  get next(): number {
    return this.#next;
  }

  get heldFrames(): number {
    return this.#held.size;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Every result that waits. */
  held(): Iterable<Held<T>> {
    return this.#held.values();
  }

  mark(): SessionMark {
    return {
      session: this.session,
      next: this.#next,
      gaps: this.#gaps.map(([from, to]) => [from, to]),
      isMappingUnknown: this.#isMappingUnknown,
    };
  }

  /** Whether the frame to release next may be one that never comes: a greater one of its partition is here. */
  get mayBePassed(): boolean {
    const possible = this.#partitions.of(this.#next, this.#leastCount, Number.POSITIVE_INFINITY);
    if (!this.#partitions.isPlain || this.#isMappingUnknown) return this.#held.size > 0;
    for (const { result } of this.#held.values()) if (possible.includes(result.input.partition)) return true;
    return false;
  }

  isHeld(frame: number): boolean {
    return this.#held.has(frame);
  }

  /** Whether the frame lies before all that was seen of this session in its input partition: it is of an earlier one. */
  isAfter({ input }: Pick<ArrivedResult<T>, 'input'>): boolean {
    return input.offset < (this.#firstOffsets.get(input.partition) ?? 0n);
  }

  /** Whether this session lies before the other one; undefined when they share no input partition. */
  isBefore(other: SessionOrder<T>): boolean | undefined {
    for (const [partition, offset] of this.#firstOffsets) {
      const others = other.#firstOffsets.get(partition);
      if (others !== undefined) return offset < others;
    }
    return undefined;
  }

  /** Puts a result away. Its frame must not be below `next`, nor held. */
  hold(result: ArrivedResult<T>, arrival: number): void {
    this.#noteOffset(result);
    this.#held.set(result.frame, { result, arrival });
    this.#heldBytes += result.sizeBytes;
  }

  /** Releases the result of the frame `next`. */
  release(result: ArrivedResult<T>): void {
    this.#noteOffset(result);
    this.#noteMapping(result);
    this.#next = result.frame + 1;
    this.#output.result(this.session, result.frame, result.payload);
  }

  /** Releases all that follow each other without a hole; what was discarded is none. */
  releaseRun(): void {
    for (;;) {
      const held = this.#held.get(this.#next);
      if (held) {
        this.#held.delete(this.#next);
        this.#heldBytes -= held.result.sizeBytes;
        this.release(held.result);
      } else if (this.#skipped.has(this.#next)) this.#passSkipped();
      else return;
    }
  }

  /** Passes over the holes whose frames will never come, and releases what stood behind them. */
  advance(reach: Reach): void {
    if (this.#held.size === 0) return;
    const window = new MappingWindow(this.#partitions, this.#heldBefore(reach.ticket), reach);
    this.#isMappingUnknown ||= window.isUnknown;
    for (;;) {
      this.releaseRun();
      const end = this.#firstHeld();
      if (end === undefined) return;
      const from = this.#next;
      let passed = from;
      while (
        passed < end &&
        !this.#skipped.has(passed) &&
        window.isPassed(passed, this.#leastCount, this.#isMappingUnknown)
      )
        passed++;
      if (passed > from) this.#passOver(from, passed - 1, 'never-came');
      if (passed < end && !this.#skipped.has(passed)) return;
    }
  }

  /** Releases all that is left: nothing more will come. Frames below `published` that are missing are named too. */
  finish(published: number, reason: GapReason): void {
    while (this.#held.size > 0) this.skipHole(reason);
    this.#passUntil(published, reason);
  }

  /** Passes over the first hole, whatever may come. */
  skipHole(reason: GapReason): void {
    const first = this.#firstHeld();
    if (first === undefined) return;
    this.#passUntil(first, reason);
    this.releaseRun();
  }

  #firstHeld(): number | undefined {
    let first: number | undefined;
    for (const frame of this.#held.keys()) if (first === undefined || frame < first) first = frame;
    return first;
  }

  #heldBefore(ticket: number): ArrivedResult<T>[] {
    const known: ArrivedResult<T>[] = [];
    for (const { result, arrival } of this.#held.values()) if (arrival <= ticket) known.push(result);
    return known.sort((a, b) => a.frame - b.frame);
  }

  /** Passes over everything below `end`; what was discarded is named so. */
  #passUntil(end: number, reason: GapReason): void {
    while (this.#next < end) {
      if (this.#skipped.has(this.#next)) this.#passSkipped();
      else {
        let to = this.#next;
        while (to + 1 < end && !this.#skipped.has(to + 1)) to++;
        this.#passOver(this.#next, to, reason);
      }
    }
  }

  #passSkipped(): void {
    const from = this.#next;
    while (this.#skipped.has(this.#next)) this.#next++;
    this.#output.gap(this.session, from, this.#next - 1, 'skipped');
  }

  #passOver(from: number, to: number, reason: GapReason): void {
    this.#gaps.push([from, to]);
    if (this.#gaps.length > keptGaps) this.#gaps.shift();
    this.#next = to + 1;
    this.#output.gap(this.session, from, to, reason);
  }

  #noteOffset({ input }: ArrivedResult<T>): void {
    const first = this.#firstOffsets.get(input.partition);
    if (first === undefined || input.offset < first) this.#firstOffsets.set(input.partition, input.offset);
  }

  #noteMapping({ frame, input }: ArrivedResult<T>): void {
    const least = this.#partitions.leastCount(frame, input.partition);
    if (least === undefined) this.#isMappingUnknown = true;
    else if (least > this.#leastCount) this.#leastCount = least;
  }
}
