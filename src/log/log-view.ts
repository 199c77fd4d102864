import { readBatches } from './log-reader.ts';
import type { AbortedTransaction, LogOffsets, ReadLimit, ReadOutcome, TimestampedOffset } from './outcomes.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { SegmentList } from './segment-list.ts';
import type { LogTail } from './tail-cache.ts';
import { findMaxTimestamp, findTimestamp } from './time-lookup.ts';
import { abortedWithin } from './transaction-index.ts';

export interface ReadOptions {
  /** Return the first batch even when it is larger than `maxBytes`. */
  minOneBatch: boolean;
  upTo: ReadLimit;
}

interface LogViewOptions {
  segments: SegmentList;
  /** What was appended last, in memory. */
  tail: LogTail | undefined;
  readBuffers: ReadBuffers;
  offsets: () => LogOffsets;
}

/** What readers see of a log: its records by offset and by time, never beyond the limit they ask for. */
export class LogView {
  readonly #options: LogViewOptions;

  constructor(options: LogViewOptions) {
    this.#options = options;
  }

  /**
   * Reads whole batches from the one that holds `fromOffset` on, verbatim.
   *
   * An offset before the log's start or after its end is an answer, not an error: OFFSET_OUT_OF_RANGE.
   */
  read(fromOffset: bigint, maxBytes: number, { minOneBatch, upTo }: ReadOptions): ReadOutcome {
    const offsets = this.#options.offsets();
    if (fromOffset < offsets.logStartOffset || fromOffset > offsets.logEndOffset) {
      const message = `offset ${fromOffset} is not within ${offsets.logStartOffset} … ${offsets.logEndOffset}`;
      return { ok: false, error: 'OFFSET_OUT_OF_RANGE', message, ...offsets };
    }
    const endOffset = endOf(upTo, offsets);
    if (fromOffset >= endOffset) return { ok: true, buffers: [], sizeBytes: 0, nextOffset: fromOffset, ...offsets };
    const { tail, segments, readBuffers } = this.#options;
    try {
      const slice =
        tail?.read(fromOffset, endOffset, maxBytes, minOneBatch) ??
        readBatches(segments, { fromOffset, endOffset, maxBytes, minOneBatch }, readBuffers);
      if (upTo !== 'lastStableOffset') return { ok: true, ...slice, ...offsets };
      return { ok: true, ...slice, aborted: this.abortedTransactions(fromOffset, slice.nextOffset), ...offsets };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, error: 'KAFKA_STORAGE_ERROR', message, ...offsets };
    }
  }

  /** Aborted transactions with records in the range, as read_committed consumers need them. */
  abortedTransactions(fromOffset: bigint, endOffset: bigint): AbortedTransaction[] {
    const indexes = this.#options.segments.from(fromOffset).map((each) => each.transactions);
    return abortedWithin(indexes, fromOffset, endOffset);
  }

  /**
   * The first record at or after a time, among those below `upTo`.
   *
   * Offsets follow writing, not time: it is the first in offset order.
   */
  offsetForTimestamp(timestampMs: bigint, upTo: ReadLimit): TimestampedOffset | undefined {
    return findTimestamp(this.#options.segments, timestampMs, this.#limits(upTo));
  }

  /** The record with the largest timestamp; of several, the first. */
  offsetOfMaxTimestamp(upTo: ReadLimit): TimestampedOffset | undefined {
    return findMaxTimestamp(this.#options.segments, this.#limits(upTo));
  }

  #limits(upTo: ReadLimit): { fromOffset: bigint; endOffset: bigint } {
    const offsets = this.#options.offsets();
    return { fromOffset: offsets.logStartOffset, endOffset: endOf(upTo, offsets) };
  }
}

function endOf(limit: ReadLimit, offsets: LogOffsets): bigint {
  if (limit === 'logEnd') return offsets.logEndOffset;
  return limit === 'lastStableOffset' ? offsets.lastStableOffset : offsets.highWatermark;
}
