import type { FileSystem } from '../base/file-system.ts';
import { type EntriesMark, EntryFile } from './entry-file.ts';

const entryBytes = 12;

export interface TimeIndexEntry {
  timestampMs: bigint;
  relativeOffset: number;
}

/**
 * The `.timeindex` file of a segment: up to which offset a time had been reached. Sparse; times strictly increase.
 *
 *     0                8        12
 *     ├────────────────┼────────┤   largest time so far in milliseconds since 1970 (int64); offset of the last record
 *     │   timestamp    │ offset │   of the batch that brought it, relative to the segment's base offset (int32)
 *     └────────────────┴────────┘
 */
export class TimeIndex {
  readonly #entries: EntryFile;
  #last: TimeIndexEntry | undefined;

  private constructor(entries: EntryFile) {
    this.#entries = entries;
    if (entries.count > 0) this.#last = entries.use((read) => read(entries.count - 1, readEntry));
  }

  static empty(fileSystem: FileSystem, path: string): TimeIndex {
    return new TimeIndex(EntryFile.empty(fileSystem, path, entryBytes));
  }

  /** The file as it is, or undefined when it is missing or cannot be right. */
  static existing(fileSystem: FileSystem, path: string): TimeIndex | undefined {
    const entries = EntryFile.existing(fileSystem, path, entryBytes);
    if (!entries) return undefined;
    const index = new TimeIndex(entries);
    const first = entries.count === 0 ? undefined : entries.use((read) => read(0, readEntry));
    const last = index.last;
    if (first && last && (last.timestampMs < first.timestampMs || last.relativeOffset < 0)) return undefined;
    return index;
  }

  /** See `EntryFile`. */
  static marked(fileSystem: FileSystem, path: string, mark: EntriesMark): TimeIndex | undefined {
    const entries = EntryFile.marked(fileSystem, path, entryBytes, mark);
    return entries && new TimeIndex(entries);
  }

  /** See `EntryFile`. */
  mark(): EntriesMark {
    return this.#entries.mark();
  }

  get sizeBytes(): number {
    return this.#entries.sizeBytes;
  }

  get last(): TimeIndexEntry | undefined {
    return this.#last;
  }

  /** Adds an entry when it is later than the last one. */
  appendIfLater(timestampMs: bigint, relativeOffset: number): void {
    if (timestampMs < 0n || (this.#last && timestampMs <= this.#last.timestampMs)) return;
    this.#entries.append((target, at) => {
      target.writeBigInt64BE(timestampMs, at);
      target.writeInt32BE(relativeOffset, at + 8);
    });
    this.#last = { timestampMs, relativeOffset };
  }

  /** Relative offset up to which all records are older than `timestampMs`; 0 when that is not known. */
  offsetBefore(timestampMs: bigint): number {
    const found = this.#entries.findLast((entry, at) => entry.readBigInt64BE(at) < timestampMs);
    return found < 0 ? 0 : this.#entries.use((read) => read(found, readEntry)).relativeOffset;
  }

  persist(): void {
    this.#entries.persist();
  }

  /** See `EntryFile`. */
  persistAnew(): void {
    this.#entries.persistAnew();
  }

  seal(): void {
    this.#entries.seal();
  }

  sync(): Promise<void> {
    return this.#entries.sync();
  }
}

function readEntry(entry: Buffer, at: number): TimeIndexEntry {
  return { timestampMs: entry.readBigInt64BE(at), relativeOffset: entry.readInt32BE(at + 8) };
}
