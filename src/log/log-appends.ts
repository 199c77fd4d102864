import type { Clock } from '../base/clock.ts';
import { fault, isDiskFull, type VigilError } from '../base/errors.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { type AppendOrigin, checkBatches, type Refusal, refusal } from './batch-checks.ts';
import type { GroupCommit } from './group-commit.ts';
import type { LogConfig } from './log-config.ts';
import type { LogWriter } from './log-writer.ts';
import type { AppendOutcome, LogOffsets } from './outcomes.ts';
import type { RememberedBatch } from './producer-entry.ts';
import type { ProducerState } from './producer-state.ts';
import { recompressed } from './recompress.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { LogTail } from './tail-cache.ts';
import { transactionEndOf } from './transaction-end.ts';

export interface AppendOptions {
  leaderEpoch: number;
  origin: AppendOrigin;
  /** Nobody waits: the append goes to the disk with the next one that somebody does wait for, or after the flush interval. */
  isDeferred?: boolean;
}

interface LogAppendsOptions {
  /** Of the log, in messages. */
  name: string;
  clock: Clock;
  config: () => LogConfig;
  segments: SegmentList;
  producers: ProducerState;
  writer: LogWriter;
  commits: GroupCommit;
  tail: LogTail | undefined;
  offsets: () => LogOffsets;
  /** The folder is no longer as it was. */
  onAppend: () => void;
  /** Under the policies that do not wait for the disk: records below this offset may be shown. */
  onShown: (offset: bigint) => void;
}

const settled = Promise.resolve();

/** The way of an append into a log: checked, compressed as the topic wants it, written, acknowledged by the flush policy. */
export class LogAppends {
  readonly #options: LogAppendsOptions;
  readonly #commits: GroupCommit;
  #cancelFlushTimer: (() => void) | undefined;
  /** The segment of the last append: when it changes, the full one is to be flushed under every policy. */
  #appendedTo: Segment;

  constructor(options: LogAppendsOptions) {
    this.#options = options;
    this.#commits = options.commits;
    this.#appendedTo = options.segments.active;
  }

  /**
   * Appends record batches: checks them, gives them their offsets and leader epoch in place, and writes them.
   *
   * The buffer belongs to the log from here on, which may hand it to readers: it must not be changed or used again. A client's append is one batch; one that the producer has sent before is
   * not written again. Nothing of a refused append stays in the log.
   */
  append(bytes: Buffer, { leaderEpoch, origin, isDeferred = false }: AppendOptions): AppendOutcome {
    const { failure } = this.#commits;
    if (failure) return this.#storageError(failure);
    const { config } = this.#options;
    const nowMs = this.#options.clock.nowMs();
    const checked = checkBatches(bytes, { config: config(), origin, nowMs });
    if (!checked.ok) return checked;
    const verdict = this.#checkProducers(checked.batches, origin);
    if (verdict) return verdict;
    const [first] = checked.batches;
    const made = origin === 'client' && first ? recompressed(first, config()) : undefined;
    if (made && !made.ok) return made;
    const { bytes: kept, batches } = made ? { bytes: made.bytes, batches: [made.batch] } : { bytes, ...checked };
    try {
      const baseOffset = this.#options.writer.append(kept, batches, { leaderEpoch, config: config(), nowMs });
      if (batches.length === 1) this.#options.tail?.add(kept, baseOffset, this.#logEndOffset);
      return this.#acknowledge(baseOffset, nowMs, isDeferred);
    } catch (error) {
      return this.refuseWrite(error);
    }
  }

  #checkProducers(batches: readonly RecordBatch[], origin: AppendOrigin): AppendOutcome | undefined {
    for (const batch of batches) {
      if (batch.producerId < 0n) continue;
      const end = batch.isControl ? transactionEndOf(batch) : undefined;
      if (batch.isControl && !end) return refusal('INVALID_RECORD', 'a control record that ends no transaction');
      const verdict = end
        ? this.#options.producers.checkMarker(batch, end)
        : this.#options.producers.check(batch, origin === 'client');
      if (verdict.kind === 'refuse') return refusal(verdict.error, verdict.message);
      if (verdict.kind === 'duplicate') return this.#repeat(verdict.batch);
    }
    return undefined;
  }

  #repeat(batch: RememberedBatch): AppendOutcome {
    const isStamped = this.#options.config().messageTimestampType === 'LogAppendTime';
    return {
      ok: true,
      duplicate: true,
      baseOffset: batch.lastOffset - BigInt(batch.offsetDelta),
      lastOffset: batch.lastOffset,
      logAppendTimeMs: isStamped ? batch.timestampMs : -1n,
      logStartOffset: this.#options.offsets().logStartOffset,
      durable: batch.lastOffset < this.#options.offsets().highWatermark ? settled : this.#commits.wait(),
    };
  }

  /** Says what a failed write means for the log: a full disk refuses it, anything else ends the log. */
  refuseWrite(error: unknown): Refusal & { cause?: VigilError } {
    if (!isDiskFull(error)) return this.#storageError(this.#commits.fail(error));
    return this.#storageError(fault('DISK_FULL', `${this.#options.name}: no room to append`, { cause: error }));
  }

  #storageError(cause: VigilError): Refusal & { cause: VigilError } {
    return { ...refusal('KAFKA_STORAGE_ERROR', cause.message), cause };
  }

  #acknowledge(baseOffset: bigint, nowMs: number, isDeferred: boolean): AppendOutcome {
    this.#options.onAppend();
    const durable = this.#becomeDurable(isDeferred);
    return {
      ok: true,
      duplicate: false,
      baseOffset,
      lastOffset: this.#logEndOffset - 1n,
      logAppendTimeMs: this.#options.config().messageTimestampType === 'LogAppendTime' ? BigInt(nowMs) : -1n,
      logStartOffset: this.#options.offsets().logStartOffset,
      durable,
    };
  }

  #becomeDurable(isDeferred: boolean): Promise<void> {
    if (this.#options.config().flushPolicy === 'commit') {
      if (!isDeferred) return this.#commits.wait();
      this.#flushLater();
      return this.#commits.join();
    }
    if (this.#options.config().flushPolicy === 'interval') this.#flushLater();
    if (this.#options.segments.active !== this.#appendedTo) void this.#commits.wait();
    this.#appendedTo = this.#options.segments.active;
    this.#options.onShown(this.#logEndOffset);
    return settled;
  }

  #flushLater(): void {
    this.#cancelFlushTimer ??= this.#options.clock.after(this.#options.config().flushIntervalMs, () => {
      this.#cancelFlushTimer = undefined;
      void this.#commits.wait();
    });
  }

  /** No flush comes by itself any more. */
  close(): void {
    this.#cancelFlushTimer?.();
  }

  get #logEndOffset(): bigint {
    return this.#options.segments.active.nextOffset;
  }
}
