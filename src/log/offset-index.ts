import type { FileSystem } from '../base/file-system.ts';
import { type EntriesMark, EntryFile } from './entry-file.ts';

const entryBytes = 8;

/**
 * The `.index` file of a segment: where batches lie. Sparse: about one entry every `index.interval.bytes`.
 *
 *     0        4        8
 *     ├────────┼────────┤
 *     │ offset │position│   offset of the last record of a batch, relative to the segment's base offset (int32);
 *     └────────┴────────┘   byte position of that batch in the `.log` file (int32)
 */
export class OffsetIndex {
  readonly #entries: EntryFile;

  private constructor(entries: EntryFile) {
    this.#entries = entries;
  }

  static empty(fileSystem: FileSystem, path: string): OffsetIndex {
    return new OffsetIndex(EntryFile.empty(fileSystem, path, entryBytes));
  }

  /** The file as it is, or undefined when it is missing or cannot be right for a log of `logSizeBytes`. */
  static existing(fileSystem: FileSystem, path: string, logSizeBytes: number): OffsetIndex | undefined {
    const entries = EntryFile.existing(fileSystem, path, entryBytes);
    if (!entries) return undefined;
    const last = entries.count === 0 ? undefined : entries.use((read) => read(entries.count - 1, readEntry));
    if (last && (last.relativeOffset < 0 || last.position < 0 || last.position >= logSizeBytes)) return undefined;
    return new OffsetIndex(entries);
  }

  /** See `EntryFile`. */
  static marked(fileSystem: FileSystem, path: string, mark: EntriesMark): OffsetIndex | undefined {
    const entries = EntryFile.marked(fileSystem, path, entryBytes, mark);
    return entries && new OffsetIndex(entries);
  }

  /** See `EntryFile`. */
  mark(): EntriesMark {
    return this.#entries.mark();
  }

  get sizeBytes(): number {
    return this.#entries.sizeBytes;
  }

  append(relativeOffset: number, position: number): void {
    this.#entries.append((target, at) => {
      target.writeInt32BE(relativeOffset, at);
      target.writeInt32BE(position, at + 4);
    });
  }

  /** Position to search from for the record at `relativeOffset`: a batch that starts at or before its own. */
  positionAtOrBefore(relativeOffset: number): number {
    const found = this.#entries.findLast((entry, at) => entry.readInt32BE(at) <= relativeOffset);
    return found < 0 ? 0 : this.#entries.use((read) => read(found, readEntry)).position;
  }

  /** Position of the last batch that has an entry, 0 without any. */
  lastPosition(): number {
    const { count } = this.#entries;
    return count === 0 ? 0 : this.#entries.use((read) => read(count - 1, readEntry)).position;
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

function readEntry(entry: Buffer, at: number): { relativeOffset: number; position: number } {
  return { relativeOffset: entry.readInt32BE(at), position: entry.readInt32BE(at + 4) };
}
