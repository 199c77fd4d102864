import type { Clock } from '../base/clock.ts';
import type { VigilError } from '../base/errors.ts';
import { type FileSystem, parentOf } from '../base/file-system.ts';
import { refusal } from './batch-checks.ts';
import type { CompactOptions } from './compact-log.ts';
import type { CompactionBacklog } from './compactor.ts';
import { deletedFolderSuffix } from './file-names.ts';
import type { Flusher } from './flusher.ts';
import { GroupCommit } from './group-commit.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import { type LoadedLog, loadLog } from './load-log.ts';
import { type AppendOptions, LogAppends } from './log-appends.ts';
import { LogCleaning } from './log-cleaning.ts';
import type { LogConfig } from './log-config.ts';
import { LogView, type ReadOptions } from './log-view.ts';
import { LogWriter } from './log-writer.ts';
import type {
  AbortedTransaction,
  AppendOutcome,
  LogOffsets,
  ReadLimit,
  ReadOutcome,
  TimestampedOffset,
} from './outcomes.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import { ReadBuffers } from './read-buffers.ts';
import { RecoveryMarks } from './recovery-marks.ts';
import { removeFolder } from './remove-folder.ts';
import { SegmentList } from './segment-list.ts';
import { LogTail, type TailCache } from './tail-cache.ts';

export interface PartitionLogOptions {
  fileSystem: FileSystem;
  /** The partition's folder; made when it is not there. */
  directory: string;
  topic: string;
  partition: number;
  config: LogConfig;
  clock: Clock;
  /** From the recovery point checkpoint; 0 when it has none for this partition. */
  recoveryPoint: bigint;
  /** Whether the data directory was left in order; see `takeCleanShutdownMark`. */
  cleanShutdown: boolean;
  /** From the log start offset checkpoint; 0 when it has none for this partition. */
  logStartOffset?: bigint;
  /** One for all logs of a broker. */
  flusher: Flusher;
  /** One for all logs of a broker; without it, every read goes to the file system. */
  tailCache?: TailCache;
  /** One for all logs of a broker, which gives back what it has sent. */
  readBuffers?: ReadBuffers;
  /** How much the growing segment grows from one recovery mark to the next; see `RecoveryMarks`. */
  bytesBetweenMarks?: number;
  /** Gets a line for each thing that recovery repaired, and for a failure. */
  report?: (message: string) => void;
}

/**
 * The log of one partition: appends, reads, and keeps itself in shape on disk.
 *
 * Offsets, timestamps and producer ids are bigint here. Appends and reads are synchronous up to the operating system;
 * only what waits for the disk is a promise. There is one owner: no other process or object writes to the folder.
 */
export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly #options: PartitionLogOptions;
  readonly #segments: SegmentList;
  readonly #producers: ProducerState;
  readonly #snapshots: ProducerSnapshots;
  readonly #leaderEpochs: LeaderEpochs;
  readonly #commits: GroupCommit;
  readonly #writer: LogWriter;
  readonly #cleaning: LogCleaning;
  readonly #marks: RecoveryMarks;
  readonly #tail: LogTail | undefined;
  readonly #view: LogView;
  readonly #appends: LogAppends;
  readonly #listeners = new Set<() => void>();
  #config: LogConfig;
  #logStartOffset: bigint;
  #highWatermark: bigint;
  #isClosed = false;
  /** False while everything in the folder is as it was when the log was opened in order. */
  #isChanged: boolean;

  private constructor(options: PartitionLogOptions, loaded: LoadedLog) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.#options = options;
    this.#config = options.config;
    this.#segments = new SegmentList(loaded.segments);
    this.#producers = loaded.producers;
    this.#snapshots = loaded.snapshots;
    this.#leaderEpochs = loaded.leaderEpochs;
    this.#logStartOffset = largest(options.logStartOffset ?? 0n, this.#segments.first.baseOffset);
    this.#highWatermark = this.logEndOffset;
    this.#isChanged = !options.cleanShutdown;
    const { fileSystem, directory } = options;
    this.#tail = options.tailCache && new LogTail(options.tailCache);
    this.#writer = new LogWriter({ ...loaded, fileSystem, directory, segments: this.#segments });
    this.#marks = new RecoveryMarks({
      ...{ fileSystem, directory, segments: this.#segments, producers: loaded.producers },
      ...{ snapshots: loaded.snapshots, bytesBetween: options.bytesBetweenMarks },
    });
    this.#commits = new GroupCommit(
      {
        flusher: options.flusher,
        name: `${options.topic}-${options.partition}`,
        logEndOffset: () => this.logEndOffset,
        sync: () => this.#writer.sync(),
        onDurable: (offset) => this.#advance(offset),
        onFailure: (failure) => this.#options.report?.(failure.message),
      },
      this.logEndOffset,
    );
    this.#view = this.#openView();
    this.#appends = this.#openAppends();
    this.#cleaning = this.#openCleaning();
  }

  #openView(): LogView {
    return new LogView({
      segments: this.#segments,
      tail: this.#tail,
      readBuffers: this.#options.readBuffers ?? new ReadBuffers(),
      offsets: () => this.offsets,
    });
  }

  #openAppends(): LogAppends {
    return new LogAppends({
      ...{ name: this.#name, clock: this.#options.clock, segments: this.#segments, producers: this.#producers },
      ...{ writer: this.#writer, commits: this.#commits, tail: this.#tail },
      config: () => this.#config,
      offsets: () => this.offsets,
      onAppend: () => {
        this.#isChanged = true;
      },
      onShown: (offset) => this.#advance(offset),
    });
  }

  #openCleaning(): LogCleaning {
    const { fileSystem, directory } = this.#options;
    return new LogCleaning({
      ...{ fileSystem, directory, segments: this.#segments, producers: this.#producers },
      ...{ writer: this.#writer, snapshots: this.#snapshots },
      isStopped: () => this.#isClosed,
      config: () => this.#config,
      offsets: () => this.offsets,
      compactionEnd: () => smallest(this.lastStableOffset, this.recoveryPoint),
      onStart: (offset) => this.#moveStart(offset),
      onRefused: (error) => this.#appends.refuseWrite(error),
      fail: (error) => this.#commits.fail(error),
    });
  }

  /**
   * Opens the log of a partition, recovering it when it was not closed in order.
   *
   * @throws LOG_CORRUPT when what was on the disk for certain is damaged
   */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const loaded = await loadLog({
      fileSystem: options.fileSystem,
      directory: options.directory,
      config: options.config,
      nowMs: options.clock.nowMs(),
      recoveryPoint: options.recoveryPoint,
      cleanShutdown: options.cleanShutdown,
      logStartOffset: options.logStartOffset ?? 0n,
      report: options.report ?? (() => {}),
    });
    return new PartitionLog(options, loaded);
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset;
  }

  /** Offset that the next record gets. */
  get logEndOffset(): bigint {
    return this.#segments.active.nextOffset;
  }

  /** Records below it may be shown to consumers: with `commit`, those on the disk. */
  get highWatermark(): bigint {
    return this.#highWatermark;
  }

  /** Records below it belong to no open transaction. */
  get lastStableOffset(): bigint {
    const unstable = this.#producers.firstUnstableOffset;
    if (unstable === undefined || unstable >= this.#highWatermark) return this.#highWatermark;
    return largest(unstable, this.#logStartOffset);
  }

  get offsets(): LogOffsets {
    const { logStartOffset, lastStableOffset, highWatermark, logEndOffset } = this;
    return { logStartOffset, lastStableOffset, highWatermark, logEndOffset };
  }

  /** Everything below is on the disk, leader epochs included: what the recovery point checkpoint may say. */
  get recoveryPoint(): bigint {
    const { durableOffset } = this.#commits;
    return smallest(durableOffset, this.#leaderEpochs.unwrittenFrom ?? durableOffset);
  }

  get sizeBytes(): number {
    return this.#segments.sizeBytes;
  }

  get config(): LogConfig {
    return this.#config;
  }

  /** Why the log takes no more appends: LOG_FAILED, until it is opened anew. */
  get failure(): VigilError | undefined {
    return this.#commits.failure;
  }

  get producers(): ProducerState['entries'] {
    return this.#producers.entries;
  }

  /**
   * Appends record batches: checks them, gives them their offsets and leader epoch in place, and writes them.
   *
   * The buffer belongs to the log from here on, which may hand it to readers: it must not be changed or used again. A client's append is one batch; one that the producer has sent before is
   * not written again. Nothing of a refused append stays in the log.
   */
  append(bytes: Buffer, options: AppendOptions): AppendOutcome {
    if (this.#isClosed) return refusal('KAFKA_STORAGE_ERROR', `${this.#name} is closed`);
    return this.#appends.append(bytes, options);
  }

  /**
   * Reads whole batches from the one that holds `fromOffset` on, verbatim.
   *
   * An offset before the log's start or after its end is an answer, not an error: OFFSET_OUT_OF_RANGE.
   */
  read(fromOffset: bigint, maxBytes: number, options: ReadOptions): ReadOutcome {
    if (!this.#isClosed) return this.#view.read(fromOffset, maxBytes, options);
    return { ok: false, error: 'KAFKA_STORAGE_ERROR', message: `${this.#name} is closed`, ...this.offsets };
  }

  /** Aborted transactions with records in the range, as read_committed consumers need them. */
  abortedTransactions(fromOffset: bigint, endOffset: bigint): AbortedTransaction[] {
    return this.#view.abortedTransactions(fromOffset, endOffset);
  }

  /** See `LogView`. */
  offsetForTimestamp(timestampMs: bigint, upTo: ReadLimit = 'highWatermark'): TimestampedOffset | undefined {
    return this.#view.offsetForTimestamp(timestampMs, upTo);
  }

  /** See `LogView`. */
  offsetOfMaxTimestamp(upTo: ReadLimit = 'highWatermark'): TimestampedOffset | undefined {
    return this.#view.offsetOfMaxTimestamp(upTo);
  }

  #advance(offset: bigint): void {
    if (offset <= this.#highWatermark) return;
    this.#highWatermark = offset;
    this.#producers.advance(offset);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Where a leader epoch ended, as OffsetForLeaderEpoch asks; undefined when it is not known. */
  offsetForLeaderEpoch(leaderEpoch: number): { leaderEpoch: number; endOffset: bigint } | undefined {
    return this.#leaderEpochs.endOf(leaderEpoch, this.logEndOffset);
  }

  /** The leader epoch in force at an offset, −1 when it is not known. */
  leaderEpochAt(offset: bigint): number {
    return this.#leaderEpochs.at(offset) ?? -1;
  }

  /** Newest leader epoch of the log, −1 without any. */
  get latestLeaderEpoch(): number {
    return this.#leaderEpochs.latest?.leaderEpoch ?? -1;
  }

  /**
   * Calls back, synchronously and without an argument, whenever the high watermark has grown or the log start offset has
   * moved. @returns a function that ends that
   */
  onAdvance(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    const wanted = offset === -1n ? this.#highWatermark : offset;
    if (wanted < 0n || wanted > this.#highWatermark) return undefined;
    if (wanted > this.#logStartOffset) this.#moveStart(wanted);
    return this.#logStartOffset;
  }

  #moveStart(offset: bigint): void {
    this.#logStartOffset = offset;
    this.#isChanged = true;
    this.#leaderEpochs.truncateStart(offset);
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Deletes the oldest segments as far as retention asks and forgets silent producers.
   *
   * @returns the number of segments deleted, when their files are gone
   */
  async enforceRetention(nowMs: number): Promise<number> {
    return this.failure || this.#isClosed ? 0 : this.#cleaning.enforceRetention(nowMs);
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
    this.#isChanged = true;
    try {
      return await this.#cleaning.compact(options);
    } finally {
      // Readers must not be given from memory what is gone from the disk.
      this.#tail?.clear();
    }
  }

  /**
   * Notes how far the growing segment is, so that a start after a crash need not walk all of it. Call now and then, before the
   * recovery point is written down.
   */
  async mark(): Promise<void> {
    if (this.failure || this.#isClosed) return;
    try {
      await this.#marks.markWhenGrown();
    } catch (error) {
      this.#commits.fail(error);
    }
  }

  /** What a compaction would find now. */
  compactionBacklog(options: Pick<CompactOptions, 'minCompactionLagMs' | 'nowMs'>): CompactionBacklog {
    return this.#cleaning.backlog(options);
  }

  /** Resolves when everything appended before the call is on the disk. @throws LOG_FAILED */
  flush(): Promise<void> {
    return this.#commits.wait();
  }

  /**
   * Ends in order: everything on the disk, indexes complete, producers in a snapshot. No call may follow.
   *
   * @returns the recovery point to write down before the directory is marked as left in order
   * @throws LOG_FAILED when the log has failed or fails now: the directory was then not left in order
   */
  async close(): Promise<{ recoveryPoint: bigint }> {
    this.#isClosed = true;
    this.#tail?.clear();
    this.#appends.close();
    try {
      await this.#cleaning.ended();
      await this.#marks.ended();
      await this.#commits.wait();
      await this.#closeInOrder();
    } finally {
      for (const segment of this.#segments.all) segment.close();
    }
    return { recoveryPoint: this.recoveryPoint };
  }

  async #closeInOrder(): Promise<void> {
    if (!this.#isChanged) return;
    const { active } = this.#segments;
    await this.#marks.markWhenGrown();
    active.seal();
    await active.syncIndexes();
    await this.#leaderEpochs.persist();
    if (this.logEndOffset > this.#segments.first.baseOffset)
      await this.#snapshots.writeDurably(this.#producers, this.logEndOffset);
    const bases = new Set(this.#segments.all.map((each) => each.baseOffset));
    await this.#snapshots.removeUnless(
      (offset) => bases.has(offset) || offset === this.logEndOffset || this.#marks.needsSnapshot(offset),
    );
    await this.#options.fileSystem.syncDirectory(this.#options.directory);
  }

  /**
   * Deletes the partition. Once this resolves, no crash brings it back: the folder is renamed first, and a folder with that
   * ending is removed by `removeDeletedFolders` at the next start. No call may follow.
   */
  async delete(): Promise<void> {
    this.#isClosed = true;
    this.#tail?.clear();
    this.#appends.close();
    await this.#cleaning.ended();
    await this.#marks.ended();
    if (!this.failure) await this.#commits.wait().catch(() => {});
    for (const segment of this.#segments.all) segment.close();
    const { fileSystem } = this.#options;
    const doomed = `${this.#options.directory}.${crypto.randomUUID().replaceAll('-', '')}${deletedFolderSuffix}`;
    fileSystem.rename(this.#options.directory, doomed);
    await fileSystem.syncDirectory(parentOf(this.#options.directory));
    await removeFolder(fileSystem, doomed);
  }

  get #name(): string {
    return `${this.topic}-${this.partition}`;
  }
}

function smallest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
