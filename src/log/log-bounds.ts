import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogOffsets } from './outcomes.ts';
import type { ProducerState } from './producer-state.ts';
import type { SegmentList } from './segment-list.ts';

interface LogBoundsOptions {
  segments: SegmentList;
  producers: ProducerState;
  leaderEpochs: LeaderEpochs;
  /** From the checkpoint; the log begins no earlier than its first segment. */
  logStartOffset: bigint;
}

/** Where a log begins, where it ends, and what of it may be shown; tells of every change. */
export class LogBounds {
  readonly #options: LogBoundsOptions;
  readonly #listeners = new Set<() => void>();
  #logStartOffset: bigint;
  #highWatermark: bigint;

  constructor(options: LogBoundsOptions) {
    this.#options = options;
    this.#logStartOffset = largest(options.logStartOffset, options.segments.first.baseOffset);
    this.#highWatermark = this.logEndOffset;
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset;
  }

  /** Offset that the next record gets. */
  get logEndOffset(): bigint {
    return this.#options.segments.active.nextOffset;
  }

  /** Records below it may be shown to consumers: with `commit`, those on the disk. */
  get highWatermark(): bigint {
    return this.#highWatermark;
  }

  /** Records below it belong to no open transaction. */
  get lastStableOffset(): bigint {
    const unstable = this.#options.producers.firstUnstableOffset;
    if (unstable === undefined || unstable >= this.#highWatermark) return this.#highWatermark;
    return largest(unstable, this.#logStartOffset);
  }

  get offsets(): LogOffsets {
    const { logStartOffset, lastStableOffset, highWatermark, logEndOffset } = this;
    return { logStartOffset, lastStableOffset, highWatermark, logEndOffset };
  }

  /** Records below `offset` may be shown from now on. */
  advance(offset: bigint): void {
    if (offset <= this.#highWatermark) return;
    this.#highWatermark = offset;
    this.#options.producers.advance(offset);
    this.#tell();
  }

  /** The log begins at `offset` from now on. */
  moveStart(offset: bigint): void {
    this.#logStartOffset = offset;
    this.#options.leaderEpochs.truncateStart(offset);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Calls back, synchronously and without an argument, whenever the high watermark has grown or the log start offset has
   * moved. @returns a function that ends that
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
