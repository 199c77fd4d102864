import { crc32c } from '@node-rs/crc32';
import type { FileSystem, OpenFile } from '../base/file-system.ts';
import { readFully, writeFully } from '../base/file-system.ts';

/** The first entries of a file, to know them again. */
export interface EntriesMark {
  count: number;
  /** CRC-32C of their bytes. */
  crc: number;
}

/**
 * A file of entries of one size, kept sorted by its user. While its segment grows, the entries are held in memory and
 * written by `persist`; once sealed they are read from the file, which is open only for the length of a call.
 *
 * An entry file is never trusted after a crash unless its segment lies below the recovery point: `persist` and `sync`
 * come before the recovery point passes the segment.
 */
export class EntryFile {
  readonly #fileSystem: FileSystem;
  readonly #entryBytes: number;
  #path: string;
  #count: number;
  #written: number;
  /** All entries while growing; undefined once sealed. */
  #memory: Buffer | undefined;

  private constructor(fileSystem: FileSystem, path: string, entryBytes: number, memory: Buffer | undefined) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#entryBytes = entryBytes;
    this.#memory = memory;
    this.#count = 0;
    this.#written = 0;
  }

  /** Starts without entries; what the file may hold is overwritten by the next `persist`. */
  static empty(fileSystem: FileSystem, path: string, entryBytes: number): EntryFile {
    return new EntryFile(fileSystem, path, entryBytes, Buffer.alloc(0));
  }

  /** Takes over the file as it is; undefined when it is missing or its length is no multiple of the entry size. */
  static existing(fileSystem: FileSystem, path: string, entryBytes: number): EntryFile | undefined {
    const stat = fileSystem.stat(path);
    if (!stat || stat.sizeBytes % entryBytes !== 0) return undefined;
    const made = new EntryFile(fileSystem, path, entryBytes, undefined);
    made.#count = stat.sizeBytes / entryBytes;
    made.#written = made.#count;
    return made;
  }

  /** Takes over the entries of a mark; undefined when the file does not begin with them. What follows them is overwritten. */
  static marked(
    fileSystem: FileSystem,
    path: string,
    entryBytes: number,
    { count, crc }: EntriesMark,
  ): EntryFile | undefined {
    const sizeBytes = count * entryBytes;
    if (sizeBytes > (fileSystem.stat(path)?.sizeBytes ?? 0)) return undefined;
    const made = new EntryFile(fileSystem, path, entryBytes, undefined);
    made.#count = count;
    made.#written = count;
    made.#memory = made.#load();
    return crc32c(made.#memory) === crc ? made : undefined;
  }

  /** All entries that there are now, for `marked`. */
  mark(): EntriesMark {
    const memory = this.#memory ?? this.#load();
    return { count: this.#count, crc: crc32c(memory.subarray(0, this.sizeBytes)) };
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#count * this.#entryBytes;
  }

  /** Adds one entry, filled in by `write(target, position in target)`. */
  append(write: (target: Buffer, at: number) => void): void {
    const memory = this.#grown((this.#count + 1) * this.#entryBytes);
    write(memory, this.#count * this.#entryBytes);
    this.#count += 1;
  }

  #grown(wantedBytes: number): Buffer {
    const memory = this.#memory ?? this.#load();
    if (memory.length >= wantedBytes) {
      this.#memory = memory;
      return memory;
    }
    const larger = Buffer.alloc(Math.max(wantedBytes, memory.length * 2, this.#entryBytes * 32));
    memory.copy(larger, 0, 0, this.sizeBytes);
    this.#memory = larger;
    return larger;
  }

  #load(): Buffer {
    const bytes = Buffer.alloc(this.sizeBytes);
    if (bytes.length === 0) return bytes;
    this.#withFile('read', (file) => readFully(file, bytes, 0));
    return bytes;
  }

  /** Calls back with a reader of entries by number; the reader is valid during the call only. */
  use<Result>(action: (read: EntryReader) => Result): Result {
    const memory = this.#memory;
    if (memory) return action((index, get) => get(memory, index * this.#entryBytes));
    if (this.#count === 0) return action(noEntries);
    const entry = Buffer.alloc(this.#entryBytes);
    return this.#withFile('read', (file) =>
      action((index, get) => {
        readFully(file, entry, index * this.#entryBytes);
        return get(entry, 0);
      }),
    );
  }

  /** Number of the last entry for which `isBefore` holds, −1 when it holds for none. Entries must be sorted. */
  findLast(isBefore: (entry: Buffer, at: number) => boolean): number {
    return this.use((read) => {
      let low = -1;
      let high = this.#count - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (read(middle, isBefore)) low = middle;
        else high = middle - 1;
      }
      return low;
    });
  }

  /** Hands the entries to the operating system, cutting off what the file held beyond them. */
  persist(): void {
    const memory = this.#memory;
    if (!memory) return;
    this.#withFile('create', (file) => {
      const from = this.#written * this.#entryBytes;
      writeFully(file, [memory.subarray(from, this.sizeBytes)], from);
      if (file.sizeBytes() !== this.sizeBytes) file.truncate(this.sizeBytes);
    });
    this.#written = this.#count;
  }

  /** A flush has failed: the next `persist` writes all entries again, since the system may have dropped any of them. */
  persistAnew(): void {
    if (this.#memory) this.#written = 0;
  }

  /** Persists, then frees the memory. */
  seal(): void {
    this.persist();
    this.#memory = undefined;
  }

  /** Resolves when what was persisted is on the disk. */
  async sync(): Promise<void> {
    if (!this.#fileSystem.stat(this.#path)) return;
    const file = this.#fileSystem.open(this.#path, 'write');
    try {
      await file.sync();
    } finally {
      file.close();
    }
  }

  #withFile<Result>(mode: 'read' | 'create', action: (file: OpenFile) => Result): Result {
    const file = this.#fileSystem.open(this.#path, mode);
    try {
      return action(file);
    } finally {
      file.close();
    }
  }
}

export type EntryReader = <Value>(index: number, get: (entry: Buffer, at: number) => Value) => Value;

const noEntries: EntryReader = () => {
  throw new RangeError('there are no entries');
};
