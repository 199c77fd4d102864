import { isDiskFull } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import type { TransactionEnd } from '../wire/control-record.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogConfig } from './log-config.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import { largestTimestamp, mustRoll } from './roll-rule.ts';
import { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { transactionEndOf } from './transaction-end.ts';

export interface LogWriterOptions {
  fileSystem: FileSystem;
  directory: string;
  segments: SegmentList;
  producers: ProducerState;
  snapshots: ProducerSnapshots;
  leaderEpochs: LeaderEpochs;
}

export interface WriteContext {
  leaderEpoch: number;
  config: LogConfig;
  nowMs: number;
}

/** The writing side of a log: puts checked batches at its end, begins new segments, and knows what is not on the disk yet. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #unsynced = new Set<Segment>();
  #hasNewFiles = false;
  #isRollUnfinished = false;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  get #segments(): SegmentList {
    return this.#options.segments;
  }

  /**
   * Gives the batches their offsets, leader epoch and, when asked, time, in place, and writes them.
   * When this throws, nothing of them is in the log.
   *
   * @param bytes the batches, one after the other
   * @returns the first offset
   * @throws the system's error, or LOG_FAILED when a part that was written could not be cut away
   */
  append(bytes: Buffer, batches: readonly RecordBatch[], context: WriteContext): bigint {
    const baseOffset = this.#segments.active.nextOffset;
    const nextOffset = assign(batches, baseOffset, context);
    const incoming = {
      sizeBytes: bytes.length,
      lastOffset: nextOffset - 1n,
      maxTimestampMs: largestTimestamp(batches),
    };
    const isFull = mustRoll(this.#segments.active, incoming, context.config, context.nowMs);
    if (isFull || this.#isRollUnfinished) this.roll(context.nowMs);
    const { active } = this.#segments;
    active.append(bytes, batches, context.config.indexIntervalBytes);
    this.#unsynced.add(active);
    this.#options.leaderEpochs.note(context.leaderEpoch, baseOffset);
    for (const batch of batches) if (batch.producerId >= 0n) this.#noteProducer(batch);
    return baseOffset;
  }

  /**
   * Begins a new segment. The full one and its indexes go to the disk with the next `sync`.
   *
   * One that fails may leave files of the new segment, which say that the full one ends here: nothing may be appended
   * before it has been done again.
   */
  roll(nowMs: number): void {
    const { fileSystem, directory, snapshots, producers } = this.#options;
    const full = this.#segments.active;
    this.#isRollUnfinished = true;
    const made = Segment.create({ fileSystem, directory, baseOffset: full.nextOffset, createdMs: nowMs });
    try {
      snapshots.write(producers, full.nextOffset);
      full.seal();
    } catch (error) {
      made.close();
      throw error;
    }
    this.#isRollUnfinished = false;
    this.#segments.push(made);
    this.#unsynced.add(full);
    this.#hasNewFiles = true;
  }

  #noteProducer(batch: RecordBatch): void {
    const end = batch.isControl ? transactionEndOf(batch) : undefined;
    if (end) this.#endTransaction(batch, end);
    else this.#options.producers.apply(batch);
  }

  #endTransaction(batch: RecordBatch, end: TransactionEnd): void {
    const { producers } = this.#options;
    const completed = producers.applyMarker(batch, end);
    if (!completed?.isAborted) return;
    const lastStableOffset = producers.stableOffsetAfter(completed);
    this.#segments.active.transactions.append({ ...completed, lastStableOffset });
  }

  /** Segments that are deleted need not reach the disk. */
  forget(segments: readonly Segment[]): void {
    for (const segment of segments) this.#unsynced.delete(segment);
  }

  /** Brings to the disk what was written before the call. All syncs of records begin before this first waits. */
  async sync(): Promise<void> {
    const segments = [...this.#unsynced];
    this.#unsynced.clear();
    const hasNewFiles = this.#hasNewFiles;
    this.#hasNewFiles = false;
    const sealed = segments.filter((each) => each !== this.#segments.active);
    await Promise.all(segments.map((each) => each.sync()));
    for (const segment of sealed) await segment.syncIndexes();
    if (hasNewFiles) await this.#options.fileSystem.syncDirectory(this.#options.directory);
    await this.#persistLeaderEpochs();
  }

  /**
   * Records that are on the disk are not refused for want of room for this file: their batches name the epoch, the recovery
   * point waits in front of them (see `LeaderEpochs.unwrittenFrom`), and the next sync tries again.
   */
  async #persistLeaderEpochs(): Promise<void> {
    try {
      await this.#options.leaderEpochs.persist();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }
}

/** @returns the offset after the last record */
function assign(batches: readonly RecordBatch[], baseOffset: bigint, context: WriteContext): bigint {
  const isStamped = context.config.messageTimestampType === 'LogAppendTime';
  let offset = baseOffset;
  for (const batch of batches) {
    batch.baseOffset = offset;
    batch.leaderEpoch = context.leaderEpoch;
    if (isStamped) batch.stampLogAppendTime(BigInt(context.nowMs));
    offset += BigInt(batch.lastOffsetDelta) + 1n;
  }
  return offset;
}
