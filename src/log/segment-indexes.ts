import type { FileSystem } from '../base/file-system.ts';
import { segmentFileName } from './file-names.ts';
import { OffsetIndex } from './offset-index.ts';
import type { IndexesMark } from './recovery-mark.ts';
import { TimeIndex, type TimeIndexEntry } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

/** The three indexes of one segment: where its batches lie, by offset and by time, and which transactions ended in abort. */
export class SegmentIndexes {
  readonly transactions: TransactionIndex;
  readonly #fileSystem: FileSystem;
  readonly #paths: { offsets: string; times: string };
  #offsets: OffsetIndex;
  #times: TimeIndex;

  constructor({
    fileSystem,
    directory,
    baseOffset,
  }: { fileSystem: FileSystem; directory: string; baseOffset: bigint }) {
    const path = (kind: 'index' | 'timeindex' | 'txnindex') => `${directory}/${segmentFileName(baseOffset, kind)}`;
    this.#fileSystem = fileSystem;
    this.#paths = { offsets: path('index'), times: path('timeindex') };
    this.#offsets = OffsetIndex.empty(fileSystem, this.#paths.offsets);
    this.#times = TimeIndex.empty(fileSystem, this.#paths.times);
    this.transactions = new TransactionIndex(fileSystem, path('txnindex'));
  }

  /** The larger of the two files that grow with the records. */
  get sizeBytes(): number {
    return Math.max(this.#offsets.sizeBytes, this.#times.sizeBytes);
  }

  get lastTime(): TimeIndexEntry | undefined {
    return this.#times.last;
  }

  /** Position of the last batch that has an entry, 0 without any. */
  get lastPosition(): number {
    return this.#offsets.lastPosition();
  }

  /** Notes where a batch lies, by its last offset. */
  noteBatch(relativeOffset: number, position: number): void {
    this.#offsets.append(relativeOffset, position);
  }

  /** Notes up to which offset a time had been reached, unless an entry says so already. */
  noteTime(timestampMs: bigint, relativeOffset: number): void {
    this.#times.appendIfLater(timestampMs, relativeOffset);
  }

  positionAtOrBefore(relativeOffset: number): number {
    return this.#offsets.positionAtOrBefore(relativeOffset);
  }

  /** Byte position to search from for the first record at or after a time. */
  positionBeforeTime(timestampMs: bigint): number {
    return this.#offsets.positionAtOrBefore(this.#times.offsetBefore(timestampMs));
  }

  /** Takes over the files of offsets and times; false when one is missing or cannot be right for a log of this size. */
  load(logSizeBytes: number): boolean {
    const offsets = OffsetIndex.existing(this.#fileSystem, this.#paths.offsets, logSizeBytes);
    const times = TimeIndex.existing(this.#fileSystem, this.#paths.times);
    if (!offsets || !times) return false;
    this.#offsets = offsets;
    this.#times = times;
    return true;
  }

  /** Takes over the entries of a mark; false when one of the files does not begin with them. */
  loadMarked(mark: IndexesMark): boolean {
    const offsets = OffsetIndex.marked(this.#fileSystem, this.#paths.offsets, mark.offsetIndex);
    const times = TimeIndex.marked(this.#fileSystem, this.#paths.times, mark.timeIndex);
    if (!offsets || !times || !this.transactions.loadMarked(mark.transactionIndex)) return false;
    this.#offsets = offsets;
    this.#times = times;
    return true;
  }

  /** All entries that there are now, for `loadMarked`. */
  mark(): IndexesMark {
    return {
      offsetIndex: this.#offsets.mark(),
      timeIndex: this.#times.mark(),
      transactionIndex: this.transactions.mark(),
    };
  }

  /** Forgets offsets and times, as before they are found anew in the log. */
  clear(): void {
    this.#offsets = OffsetIndex.empty(this.#fileSystem, this.#paths.offsets);
    this.#times = TimeIndex.empty(this.#fileSystem, this.#paths.times);
  }

  /** Hands the entries to the operating system. */
  persist(): void {
    this.#offsets.persist();
    this.#times.persist();
    this.transactions.persist();
  }

  /** See `EntryFile`: for a segment that grows. */
  persistAnew(): void {
    this.#offsets.persistAnew();
    this.#times.persistAnew();
    this.transactions.persistAnew();
  }

  /** Persists, and frees the memory. */
  seal(): void {
    this.#offsets.seal();
    this.#times.seal();
    this.transactions.persist();
  }

  /** Resolves when what was persisted is on the disk. */
  async sync(): Promise<void> {
    await this.#offsets.sync();
    await this.#times.sync();
    await this.transactions.sync();
  }
}
