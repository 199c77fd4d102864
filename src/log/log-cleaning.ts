import { isFault, type VigilError } from '../base/errors.ts';
import type { CompactOptions } from './compact-log.ts';
import { type CompactionBacklog, Compactor, type CompactorOptions } from './compactor.ts';
import type { LogConfig } from './log-config.ts';
import type { LogWriter } from './log-writer.ts';
import type { LogOffsets } from './outcomes.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import { countDeletable } from './retention.ts';

export interface LogCleaningOptions extends CompactorOptions {
  writer: LogWriter;
  snapshots: ProducerSnapshots;
  config: () => LogConfig;
  offsets: () => LogOffsets;
  /** Only what lies before it is decided and on the disk. */
  compactionEnd: () => bigint;
  /** The log begins later now. */
  onStart: (offset: bigint) => void;
  /** A new segment could not be begun: for want of room, or the log has failed. */
  onRefused: (error: unknown) => void;
  /** Ends the log's writing. @returns why */
  fail: (error: unknown) => VigilError;
}

/** What takes records out of one log: retention deletes its oldest segments, compaction what later records have replaced. */
export class LogCleaning {
  readonly #options: LogCleaningOptions;
  readonly #compactor: Compactor;

  constructor(options: LogCleaningOptions) {
    this.#options = options;
    this.#compactor = new Compactor(options);
  }

  /** See `PartitionLog`. */
  async enforceRetention(nowMs: number): Promise<number> {
    if (this.#compactor.isRunning) return 0;
    const { segments, writer, snapshots, producers, config, offsets } = this.#options;
    producers.expire(nowMs, config().producerIdExpirationMs);
    const { logStartOffset, highWatermark } = offsets();
    const count = countDeletable({ segments: segments.all, logStartOffset, highWatermark, nowMs, config: config() });
    if (count === 0) return 0;
    if (count === segments.all.length && !this.#tryToRoll(nowMs)) return 0;
    const removed = segments.takeFirst(count);
    if (segments.first.baseOffset > logStartOffset) this.#options.onStart(segments.first.baseOffset);
    writer.forget(removed);
    await Promise.all(removed.map((each) => each.remove()));
    const start = segments.first.baseOffset;
    await snapshots.removeUnless((offset) => offset >= start);
    return removed.length;
  }

  #tryToRoll(nowMs: number): boolean {
    try {
      this.#options.writer.roll(nowMs);
      return true;
    } catch (error) {
      this.#options.onRefused(error);
      return false;
    }
  }

  /** See `PartitionLog`. */
  async compact(options: CompactOptions): Promise<bigint> {
    const { config, compactionEnd, fail } = this.#options;
    try {
      return await this.#compactor.run({ ...options, config: config(), endOffset: compactionEnd() });
    } catch (error) {
      throw isFault(error, 'LOG_FAILED') ? fail(error) : error;
    }
  }

  /** What a compaction would find now. */
  backlog(options: Pick<CompactOptions, 'minCompactionLagMs' | 'nowMs'>): CompactionBacklog {
    return this.#compactor.backlog({ ...options, endOffset: this.#options.compactionEnd() });
  }

  /** Resolves when no compaction is under way. */
  ended(): Promise<void> {
    return this.#compactor.ended();
  }
}
