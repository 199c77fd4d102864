import type { VigilError } from '../base/errors.ts';
import { refusal } from './batch-checks.ts';
import type { CompactOptions } from './compact-log.ts';
import type { CompactionBacklog } from './compactor.ts';
import { type LoadedLog, loadLog } from './load-log.ts';
import type { AppendOptions } from './log-appends.ts';
import type { LogConfig } from './log-config.ts';
import { assembleLog, type LogParts, recoveryPointOf } from './log-parts.ts';
import type { ReadOptions } from './log-view.ts';
import type {
  AbortedTransaction,
  AppendOutcome,
  LogOffsets,
  ReadLimit,
  ReadOutcome,
  TimestampedOffset,
} from './outcomes.ts';
import type { PartitionLogOptions } from './partition-log-options.ts';
import type { ProducerState } from './producer-state.ts';

/**
 * The log of one partition: appends, reads, and keeps itself in shape on disk.
 *
 * Offsets, timestamps and producer ids are bigint here. Appends and reads are synchronous up to the operating system;
 * only what waits for the disk is a promise. There is one owner: no other process or object writes to the folder.
 */
export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly #parts: LogParts;
  #config: LogConfig;

  private constructor(options: PartitionLogOptions, loaded: LoadedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.#config = options.config;
    this.#parts = assembleLog(options, loaded, () => this.#config);
  }

  /**
   * Opens the log of a partition, recovering it when it was not closed in order.
   *
   * @throws LOG_CORRUPT when what was on the disk for certain is damaged
   */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const loaded = await loadLog({
      ...options,
      nowMs: options.clock.nowMs(),
      logStartOffset: options.logStartOffset ?? 0n,
      report: options.report ?? (() => {}),
    });
    return new PartitionLog(options, loaded);
  }

  get logStartOffset(): bigint {
    return this.#parts.bounds.logStartOffset;
  }

  /** Offset that the next record gets. */
  get logEndOffset(): bigint {
    return this.#parts.bounds.logEndOffset;
  }

  /** Records below it may be shown to consumers: with `commit`, those on the disk. */
  get highWatermark(): bigint {
    return this.#parts.bounds.highWatermark;
  }

  /** Records below it belong to no open transaction. */
  get lastStableOffset(): bigint {
    return this.#parts.bounds.lastStableOffset;
  }

  get offsets(): LogOffsets {
    return this.#parts.bounds.offsets;
  }

  /** Everything below is on the disk, leader epochs included: what the recovery point checkpoint may say. */
  get recoveryPoint(): bigint {
    return recoveryPointOf(this.#parts);
  }

  get sizeBytes(): number {
    return this.#parts.segments.sizeBytes;
  }

  get config(): LogConfig {
    return this.#config;
  }

  /** Why the log takes no more appends: LOG_FAILED, until it is opened anew. */
  get failure(): VigilError | undefined {
    return this.#parts.commits.failure;
  }

  get producers(): ProducerState['entries'] {
    return this.#parts.producers.entries;
  }

  /**
   * Appends record batches: checks them, gives them their offsets and leader epoch in place, and writes them.
   *
   * The buffer belongs to the log from here on, which may hand it to readers: it must not be changed or used again. A client's
   * append is one batch; one that the producer has sent before is not written again. Nothing of a refused append stays in the log.
   */
  append(bytes: Buffer, options: AppendOptions): AppendOutcome {
    if (this.#isClosed) return refusal('KAFKA_STORAGE_ERROR', `${this.#name} is closed`);
    return this.#parts.appends.append(bytes, options);
  }

  /** Reads whole batches; for this and the questions below see `LogView`. */
  read(fromOffset: bigint, maxBytes: number, options: ReadOptions): ReadOutcome {
    if (!this.#isClosed) return this.#parts.view.read(fromOffset, maxBytes, options);
    return { ok: false, error: 'KAFKA_STORAGE_ERROR', message: `${this.#name} is closed`, ...this.offsets };
  }

  abortedTransactions(fromOffset: bigint, endOffset: bigint): AbortedTransaction[] {
    return this.#parts.view.abortedTransactions(fromOffset, endOffset);
  }

  offsetForTimestamp(timestampMs: bigint, upTo: ReadLimit = 'highWatermark'): TimestampedOffset | undefined {
    return this.#parts.view.offsetForTimestamp(timestampMs, upTo);
  }

  offsetOfMaxTimestamp(upTo: ReadLimit = 'highWatermark'): TimestampedOffset | undefined {
    return this.#parts.view.offsetOfMaxTimestamp(upTo);
  }

  /** Where a leader epoch ended, as OffsetForLeaderEpoch asks; undefined when it is not known. */
  offsetForLeaderEpoch(leaderEpoch: number): { leaderEpoch: number; endOffset: bigint } | undefined {
    return this.#parts.leaderEpochs.endOf(leaderEpoch, this.logEndOffset);
  }

  /** The leader epoch in force at an offset, −1 when it is not known. */
  leaderEpochAt(offset: bigint): number {
    return this.#parts.leaderEpochs.at(offset) ?? -1;
  }

  /** Newest leader epoch of the log, −1 without any. */
  get latestLeaderEpoch(): number {
    return this.#parts.leaderEpochs.latest?.leaderEpoch ?? -1;
  }

  /**
   * Calls back, synchronously and without an argument, whenever the high watermark has grown or the log start offset has
   * moved. @returns a function that ends that
   */
  onAdvance(listener: () => void): () => void {
    return this.#parts.bounds.onChange(listener);
  }

  /** New settings hold from the next call on; a larger flush policy does not reach back. */
  updateConfig(config: LogConfig): void {
    this.#config = config;
  }

  /**
   * Hides the records before `offset`, at once; `-1n` means the high watermark. Segments that hold no others go with the next
   * `enforceRetention`. To outlive a crash, the new start belongs in the log start offset checkpoint.
   *
   * @returns the new log start offset; undefined when `offset` lies after the high watermark
   */
  deleteRecordsBefore(offset: bigint): bigint | undefined {
    const { bounds, ending } = this.#parts;
    const wanted = offset === -1n ? bounds.highWatermark : offset;
    if (wanted < 0n || wanted > bounds.highWatermark) return undefined;
    if (wanted > bounds.logStartOffset) {
      ending.noteChange();
      bounds.moveStart(wanted);
    }
    return bounds.logStartOffset;
  }

  /**
   * Deletes the oldest segments as far as retention asks and forgets silent producers.
   *
   * @returns the number of segments deleted, when their files are gone
   */
  async enforceRetention(nowMs: number): Promise<number> {
    return this.failure || this.#isClosed ? 0 : this.#parts.cleaning.enforceRetention(nowMs);
  }

  /**
   * Removes the records that have a later one with the same key, from the full segments; see `compactLog`. One call at a time does
   * something; others return at once, and retention waits for it.
   *
   * @returns the offset up to which the log is compacted
   * @throws the system's error, ENOSPC among them, with the log as it was; LOG_FAILED otherwise
   */
  async compact(options: CompactOptions): Promise<bigint> {
    if (this.failure || this.#isClosed) return 0n;
    this.#parts.ending.noteChange();
    try {
      return await this.#parts.cleaning.compact(options);
    } finally {
      // Readers must not be given from memory what is gone from the disk.
      this.#parts.tail?.clear();
    }
  }

  /**
   * Notes how far the growing segment is, so that a start after a crash need not walk all of it. Call now and then, before the
   * recovery point is written down.
   */
  async mark(): Promise<void> {
    if (this.failure || this.#isClosed) return;
    try {
      await this.#parts.marks.markWhenGrown();
    } catch (error) {
      this.#parts.commits.fail(error);
    }
  }

  /** What a compaction would find now. */
  compactionBacklog(options: Pick<CompactOptions, 'minCompactionLagMs' | 'nowMs'>): CompactionBacklog {
    return this.#parts.cleaning.backlog(options);
  }

  /** Resolves when everything appended before the call is on the disk. @throws LOG_FAILED */
  flush(): Promise<void> {
    return this.#parts.commits.wait();
  }

  /**
   * Ends in order: everything on the disk, indexes complete, producers in a snapshot. No call may follow.
   *
   * @returns the recovery point to write down before the directory is marked as left in order
   * @throws LOG_FAILED when the log has failed or fails now: the directory was then not left in order
   */
  async close(): Promise<{ recoveryPoint: bigint }> {
    await this.#parts.ending.close();
    return { recoveryPoint: this.recoveryPoint };
  }

  /**
   * Deletes the partition. Once this resolves, no crash brings it back: the folder is renamed first, and a folder with that
   * ending is removed by `removeDeletedFolders` at the next start. No call may follow.
   */
  delete(): Promise<void> {
    return this.#parts.ending.delete();
  }

  get #isClosed(): boolean {
    return this.#parts.ending.isBegun;
  }

  get #name(): string {
    return `${this.topic}-${this.partition}`;
  }
}
