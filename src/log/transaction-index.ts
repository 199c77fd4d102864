import type { FileSystem } from '../base/file-system.ts';
import { type EntriesMark, EntryFile } from './entry-file.ts';

const entryBytes = 34;
const version = 0;

export interface AbortedTransactionEntry {
  producerId: bigint;
  firstOffset: bigint;
  lastOffset: bigint;
  /** Last stable offset when the transaction ended: no transaction that began before it ends later. */
  lastStableOffset: bigint;
}

/**
 * The `.txnindex` file of a segment: the transactions whose abort marker lies in it. Made with the first entry.
 *
 *     0         2          10            18           26                 34
 *     ├─────────┼──────────┼─────────────┼────────────┼──────────────────┤
 *     │version 0│producerId│ firstOffset │ lastOffset │ lastStableOffset │   int16, then int64 each
 *     └─────────┴──────────┴─────────────┴────────────┴──────────────────┘
 */
export class TransactionIndex {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #entries: EntryFile;
  /** The file lacks entries that are in memory: the disk had no room for them. */
  #isBehind = false;

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#entries = EntryFile.empty(fileSystem, path, entryBytes);
  }

  /** Takes over the file; false when it cannot be right. No file is an empty index. */
  load(): boolean {
    if (!this.#fileSystem.stat(this.#path)) return true;
    const found = EntryFile.existing(this.#fileSystem, this.#path, entryBytes);
    if (!found) return false;
    this.#entries = found;
    return this.all().every((entry) => entry.lastOffset >= entry.firstOffset);
  }

  /** Takes over the entries of a mark; false when the file does not begin with them. */
  loadMarked(mark: EntriesMark): boolean {
    const found = EntryFile.marked(this.#fileSystem, this.#path, entryBytes, mark);
    if (!found) return false;
    this.#entries = found;
    // What the file holds beyond them is cut off: it is found anew in the log.
    this.#isBehind = this.#fileSystem.stat(this.#path) !== undefined;
    return true;
  }

  /** See `EntryFile`. */
  mark(): EntriesMark {
    return this.#entries.mark();
  }

  /** Forgets the entries, as before they are found anew in the log. */
  clear(): void {
    this.#entries = EntryFile.empty(this.#fileSystem, this.#path, entryBytes);
    this.#isBehind = false;
    if (this.#fileSystem.stat(this.#path)) this.#entries.persist();
  }

  /**
   * Adds an entry, whose abort marker is in the log by now: it counts whether or not there is room for the file to grow.
   * What there was no room for goes there with the next `persist`.
   */
  append(entry: AbortedTransactionEntry): void {
    this.#entries.append((target, at) => {
      target.writeInt16BE(version, at);
      target.writeBigInt64BE(entry.producerId, at + 2);
      target.writeBigInt64BE(entry.firstOffset, at + 10);
      target.writeBigInt64BE(entry.lastOffset, at + 18);
      target.writeBigInt64BE(entry.lastStableOffset, at + 26);
    });
    this.#isBehind = true;
    try {
      this.persist();
    } catch {
      // Sealing the segment and closing the log persist it, or fail by name; after a crash the log itself is read.
    }
  }

  /** Hands what the file lacks to the operating system. @throws the system's error */
  persist(): void {
    if (!this.#isBehind) return;
    this.#entries.persist();
    this.#isBehind = false;
  }

  /** See `EntryFile`. */
  persistAnew(): void {
    this.#entries.persistAnew();
    this.#isBehind = this.count > 0;
  }

  get count(): number {
    return this.#entries.count;
  }

  all(): AbortedTransactionEntry[] {
    const { count } = this.#entries;
    return this.#entries.use((read) => Array.from({ length: count }, (_, index) => read(index, readEntry)));
  }

  sync(): Promise<void> {
    return this.#entries.sync();
  }
}

function readEntry(entry: Buffer, at: number): AbortedTransactionEntry {
  return {
    producerId: entry.readBigInt64BE(at + 2),
    firstOffset: entry.readBigInt64BE(at + 10),
    lastOffset: entry.readBigInt64BE(at + 18),
    lastStableOffset: entry.readBigInt64BE(at + 26),
  };
}

/**
 * The aborted transactions that have records from `fromOffset` up to `endOffset`, in the order of their ends.
 *
 * @param indexes those of the segments from the one that holds `fromOffset` on
 */
export function abortedWithin(
  indexes: readonly TransactionIndex[],
  fromOffset: bigint,
  endOffset: bigint,
): { producerId: bigint; firstOffset: bigint }[] {
  const found: { producerId: bigint; firstOffset: bigint }[] = [];
  for (const index of indexes) {
    for (const entry of index.count === 0 ? [] : index.all()) {
      const { producerId, firstOffset } = entry;
      if (entry.lastOffset >= fromOffset && firstOffset < endOffset) found.push({ producerId, firstOffset });
      if (entry.lastStableOffset >= endOffset) return found;
    }
  }
  return found;
}
