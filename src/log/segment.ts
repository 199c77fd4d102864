import { fault } from '../base/errors.ts';
import { type FileSystem, type OpenFile, writeFully } from '../base/file-system.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { walkBatches } from './batch-walk.ts';
import { deletedSuffix, segmentFileName } from './file-names.ts';
import type { RecoveryMark } from './recovery-mark.ts';
import { SegmentIndexes } from './segment-indexes.ts';
import type { TransactionIndex } from './transaction-index.ts';

export const largestRelativeOffset = 2 ** 31 - 1;
const rememberedPositions = 8;

export interface SegmentOptions {
  fileSystem: FileSystem;
  directory: string;
  baseOffset: bigint;
  createdMs: number;
  /** The open `.log` file, when it does not have that name yet. */
  file?: OpenFile;
}

export interface RebuildOptions {
  indexIntervalBytes: number;
  /** Batches from here on are read in full for their checksum; those before, which were on the disk, by their headers. */
  verifyFrom: bigint;
  /** Compaction removes records; without it, offsets are consecutive. */
  mayHaveGaps: boolean;
  /** The walk begins where `loadMarked` ended, rather than at the first byte. */
  isMarked?: boolean;
}

/** Where a segment stops being sound. */
export interface Damage {
  problem: string;
  position: number;
  lostBytes: number;
}

/**
 * One segment: the record batches of a range of offsets, and the indexes into them.
 *
 * Only the last segment of a log grows; the others are sealed. All calls are synchronous but `sync` and `remove`.
 */
export class Segment {
  readonly baseOffset: bigint;
  readonly createdMs: number;
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  #file: OpenFile | undefined;
  readonly #indexes: SegmentIndexes;
  #sizeBytes: number;
  #nextOffset: bigint;
  /** Largest timestamp so far, −1 when unknown, and the last offset of the batch that brought it. */
  #maxTimestampMs = -1n;
  #offsetOfMaxTimestamp: bigint;
  #firstBatchTimestampMs: bigint | undefined;
  #bytesSinceIndexEntry = 0;
  #usersOfFile = 0;
  #isClosing = false;
  /** Where batches begin that readers are likely to ask for next: offset → position. */
  readonly #positions = new Map<bigint, number>();

  constructor(options: SegmentOptions) {
    this.baseOffset = options.baseOffset;
    this.createdMs = options.createdMs;
    this.#fileSystem = options.fileSystem;
    this.#directory = options.directory;
    this.#file = options.file;
    this.#sizeBytes = 0;
    this.#nextOffset = options.baseOffset;
    this.#offsetOfMaxTimestamp = options.baseOffset;
    this.#indexes = new SegmentIndexes(options);
  }

  /** Creates the files of a new, empty segment. A file left over under that name is emptied. */
  static create(options: SegmentOptions): Segment {
    const segment = new Segment(options);
    const file = options.fileSystem.open(segment.#path('log'), 'create');
    if (file.sizeBytes() > 0) file.truncate(0);
    segment.#file = file;
    segment.persistIndexes();
    return segment;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Offset after the last record; the base offset when there is none. */
  get nextOffset(): bigint {
    return this.#nextOffset;
  }

  get maxTimestampMs(): bigint {
    return this.#maxTimestampMs;
  }

  get offsetOfMaxTimestamp(): bigint {
    return this.#offsetOfMaxTimestamp;
  }

  /** Largest timestamp of the first batch; undefined without one. */
  get firstBatchTimestampMs(): bigint | undefined {
    if (this.#firstBatchTimestampMs !== undefined || this.#sizeBytes === 0) return this.#firstBatchTimestampMs;
    walkBatches({ file: this.file, from: 0, to: this.#sizeBytes, verify: false }, (batch) => {
      this.#firstBatchTimestampMs = batch.maxTimestamp;
      return false;
    });
    return this.#firstBatchTimestampMs;
  }

  get transactions(): TransactionIndex {
    return this.#indexes.transactions;
  }

  /** The larger of the two index files. */
  get indexBytes(): number {
    return this.#indexes.sizeBytes;
  }

  get path(): string {
    return this.#path('log');
  }

  get file(): OpenFile {
    this.#file ??= this.#fileSystem.open(this.#path('log'), 'write');
    return this.#file;
  }

  /**
   * Writes batches at the end. When writing fails, what was written of them is cut away again and the error is thrown;
   * should the cutting fail too, the fault LOG_FAILED is thrown instead.
   */
  append(bytes: Uint8Array, batches: readonly RecordBatch[], indexIntervalBytes: number): void {
    this.#write(bytes);
    let position = this.#sizeBytes;
    for (const batch of batches) {
      this.register(batch, position, indexIntervalBytes);
      position += batch.sizeBytes;
    }
  }

  #write(bytes: Uint8Array): void {
    try {
      writeFully(this.file, [bytes], this.#sizeBytes);
    } catch (error) {
      this.#undo(error);
      throw error;
    }
  }

  #undo(writeError: unknown): void {
    try {
      if (this.file.sizeBytes() !== this.#sizeBytes) this.file.truncate(this.#sizeBytes);
    } catch (truncateError) {
      const cause = new AggregateError([writeError, truncateError]);
      throw fault('LOG_FAILED', `${this.path}: a failed write could not be cut away again`, { cause });
    }
  }

  /** Takes a batch that lies at `position`, the end of the segment so far, into sizes and indexes. */
  register(batch: RecordBatch, position: number, indexIntervalBytes: number): void {
    const { lastOffset, maxTimestamp } = batch;
    if (position === 0) this.#firstBatchTimestampMs = maxTimestamp;
    if (maxTimestamp > this.#maxTimestampMs) {
      this.#maxTimestampMs = maxTimestamp;
      this.#offsetOfMaxTimestamp = lastOffset;
    }
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      this.#indexes.noteBatch(this.relative(lastOffset), position);
      this.#indexTime();
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += batch.sizeBytes;
    this.#sizeBytes = position + batch.sizeBytes;
    this.#nextOffset = lastOffset + 1n;
  }

  #indexTime(): void {
    this.#indexes.noteTime(this.#maxTimestampMs, this.relative(this.#offsetOfMaxTimestamp));
  }

  relative(offset: bigint): number {
    return Number(offset - this.baseOffset);
  }

  /**
   * Takes over the files of a segment that was closed in order: sizes from the file, the rest from the indexes and
   * the batches after the last index entry.
   *
   * @returns false when an index is missing or cannot be right; then `rebuild` is called for
   */
  load(indexIntervalBytes: number): boolean {
    const sizeBytes = this.file.sizeBytes();
    if (!this.#indexes.load(sizeBytes)) return false;
    this.#takeMaxTimestamp();
    return this.#loadTail(this.#indexes.lastPosition, sizeBytes, indexIntervalBytes);
  }

  #loadTail(from: number, sizeBytes: number, indexIntervalBytes: number): boolean {
    const keepIndexesAsTheyAre = Number.POSITIVE_INFINITY;
    this.#bytesSinceIndexEntry = -indexIntervalBytes;
    const { problem } = walkBatches({ file: this.file, from, to: sizeBytes, verify: false }, (batch, position) => {
      if (batch.baseOffset < this.#nextOffset) return false;
      this.register(batch, position, keepIndexesAsTheyAre);
      return true;
    });
    this.#bytesSinceIndexEntry = sizeBytes - from;
    return problem === undefined && this.#sizeBytes === sizeBytes;
  }

  /** How far the segment is now, for `loadMarked`. Hands the indexes to the operating system. */
  mark(): RecoveryMark {
    this.persistIndexes();
    return {
      ...{ baseOffset: this.baseOffset, offset: this.#nextOffset, position: this.#sizeBytes },
      ...this.#indexes.mark(),
    };
  }

  /** Takes over the segment up to a mark, where `rebuild` may go on; false when the files do not hold what it says. */
  loadMarked(mark: RecoveryMark): boolean {
    this.#reset();
    if (this.file.sizeBytes() < mark.position || !this.#indexes.loadMarked(mark)) return false;
    this.#sizeBytes = mark.position;
    this.#nextOffset = mark.offset;
    this.#takeMaxTimestamp();
    return true;
  }

  #takeMaxTimestamp(): void {
    const last = this.#indexes.lastTime;
    this.#maxTimestampMs = last?.timestampMs ?? -1n;
    this.#offsetOfMaxTimestamp = this.baseOffset + BigInt(last?.relativeOffset ?? 0);
  }

  /**
   * Walks the whole file and rebuilds the offset and time index from what is sound; the segment then ends where the first
   * unsound batch stands. Neither the file nor the transaction index is touched: see `cut` and `transactions`.
   *
   * @param visit gets each sound batch in turn; its body is there only from `verifyFrom` on
   */
  rebuild(options: RebuildOptions, visit: (batch: RecordBatch, position: number) => void): Damage | undefined {
    if (options.isMarked !== true) this.#reset();
    const to = this.file.sizeBytes();
    let problem: string | undefined;
    const walk = (verify: boolean): string | undefined =>
      walkBatches({ file: this.file, from: this.#sizeBytes, to, verify }, (batch, position) => {
        if (!verify && batch.lastOffset >= options.verifyFrom) return false;
        problem = this.#misplaced(batch, options.mayHaveGaps);
        if (problem !== undefined) return false;
        this.register(batch, position, options.indexIntervalBytes);
        visit(batch, position);
        return true;
      }).problem;
    walk(false);
    if (problem === undefined) problem = walk(true) ?? problem;
    return problem === undefined ? undefined : { problem, position: this.#sizeBytes, lostBytes: to - this.#sizeBytes };
  }

  /** Cuts the file to what is sound. */
  cut(): void {
    this.file.truncate(this.#sizeBytes);
  }

  #misplaced(batch: RecordBatch, mayHaveGaps: boolean): string | undefined {
    if (batch.lastOffsetDelta < 0) return `a last offset delta of ${batch.lastOffsetDelta}`;
    if (batch.baseOffset < this.#nextOffset || (batch.baseOffset > this.#nextOffset && !mayHaveGaps))
      return `base offset ${batch.baseOffset} where ${this.#nextOffset} was expected`;
    if (batch.lastOffset - this.baseOffset > largestRelativeOffset) return `offset ${batch.lastOffset} does not fit`;
    return undefined;
  }

  #reset(): void {
    this.#sizeBytes = 0;
    this.#nextOffset = this.baseOffset;
    this.#maxTimestampMs = -1n;
    this.#offsetOfMaxTimestamp = this.baseOffset;
    this.#firstBatchTimestampMs = undefined;
    this.#bytesSinceIndexEntry = 0;
    this.#indexes.clear();
    this.#positions.clear();
  }

  /**
   * Byte position of the batch that holds `offset`, or of the first one after it; the segment's size when all end before.
   */
  positionOf(offset: bigint): number {
    if (offset <= this.baseOffset) return 0;
    if (offset >= this.#nextOffset) return this.#sizeBytes;
    const known = this.#positions.get(offset);
    if (known !== undefined) return known;
    const from = this.#indexes.positionAtOrBefore(this.relative(offset));
    let found = this.#sizeBytes;
    walkBatches({ file: this.file, from, to: this.#sizeBytes, verify: false }, (batch, position) => {
      if (batch.lastOffset < offset) return true;
      found = position;
      return false;
    });
    return found;
  }

  /** Notes where the batch begins that a sequential reader will ask for next. */
  remember(offset: bigint, position: number): void {
    this.#positions.delete(offset);
    this.#positions.set(offset, position);
    if (this.#positions.size <= rememberedPositions) return;
    const oldest = this.#positions.keys().next();
    if (!oldest.done) this.#positions.delete(oldest.value);
  }

  /** Byte position to search from for the first record at or after a time. */
  positionBeforeTime(timestampMs: bigint): number {
    return this.#indexes.positionBeforeTime(timestampMs);
  }

  /** Hands the indexes to the operating system. */
  persistIndexes(): void {
    this.#indexTime();
    this.#indexes.persist();
  }

  /** See `EntryFile`: for a segment that grows. */
  persistIndexesAnew(): void {
    this.#indexes.persistAnew();
  }

  /** Ends growth: completes the indexes and frees their memory. */
  seal(): void {
    this.#indexTime();
    this.#indexes.seal();
    this.#positions.clear();
  }

  /** Closes the file until it is needed again. */
  rest(): void {
    if (this.#usersOfFile > 0) return;
    this.#file?.close();
    this.#file = undefined;
  }

  /** Resolves when all appended batches are on the disk. */
  async sync(): Promise<void> {
    this.#usersOfFile += 1;
    try {
      await this.file.sync();
    } finally {
      this.#usersOfFile -= 1;
      if (this.#isClosing) this.close();
    }
  }

  /** Resolves when the indexes are on the disk. */
  syncIndexes(): Promise<void> {
    return this.#indexes.sync();
  }

  /** Closes the file, or lets the sync under way do so when it ends. */
  close(): void {
    this.#isClosing = true;
    if (this.#usersOfFile > 0) return;
    this.#file?.close();
    this.#file = undefined;
  }

  /** Takes the files out of the log at once, and off the disk when the promise resolves. Ends with no file half there. */
  async remove(): Promise<void> {
    const paths = (['log', 'index', 'timeindex', 'txnindex'] as const)
      .map((kind) => this.#path(kind))
      .filter((path) => this.#fileSystem.stat(path));
    for (const path of paths) this.#fileSystem.rename(path, path + deletedSuffix);
    this.close();
    for (const path of paths) await this.#fileSystem.remove(path + deletedSuffix);
  }

  #path(kind: 'log' | 'index' | 'timeindex' | 'txnindex'): string {
    return `${this.#directory}/${segmentFileName(this.baseOffset, kind)}`;
  }
}
