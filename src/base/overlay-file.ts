import { type FileStat, type FileSystem, type OpenFile, readFully } from './file-system.ts';

const pageBytes = 64 * 1024;

/** The file below: its content up to a size that only shrinks shows through where nothing was written. */
interface Below {
  fileSystem: FileSystem;
  path: string;
  stat: FileStat;
}

/** A file of an `OverlayFileSystem`: pages that were written lie in memory, the others are read from below. */
export class OverlayFile {
  readonly #below: Below | undefined;
  readonly #pages = new Map<number, Buffer>();
  #sizeBytes: number;
  /** How much of the file below still shows through. */
  #shownBytes: number;

  constructor(below: Below | undefined) {
    this.#below = below;
    this.#sizeBytes = below?.stat.sizeBytes ?? 0;
    this.#shownBytes = this.#sizeBytes;
  }

  stat(): FileStat {
    return { sizeBytes: this.#sizeBytes, isDirectory: false, modifiedMs: this.#below?.stat.modifiedMs ?? 0 };
  }

  open(path: string): OpenFile {
    const below = this.#below?.fileSystem.open(this.#below.path, 'read');
    return {
      path,
      write: (buffers, position) => this.#write(buffers, position, below),
      read: (target, position) => this.#read(target, position, below),
      truncate: (sizeBytes) => this.#truncate(sizeBytes, below),
      sizeBytes: () => this.#sizeBytes,
      sync: async () => {},
      close: () => below?.close(),
    };
  }

  #read(target: Uint8Array, position: number, below: OpenFile | undefined): number {
    const length = Math.max(0, Math.min(target.length, this.#sizeBytes - position));
    if (this.#pages.size === 0) {
      const shown = Math.max(0, Math.min(length, this.#shownBytes - position));
      if (below !== undefined && shown > 0) readFully(below, target.subarray(0, shown), position);
      target.fill(0, shown, length);
      return length;
    }
    for (let done = 0; done < length; ) {
      const at = position + done;
      const page = this.#page(Math.floor(at / pageBytes), below);
      const taken = Math.min(pageBytes - (at % pageBytes), length - done);
      target.set(page.subarray(at % pageBytes, (at % pageBytes) + taken), done);
      done += taken;
    }
    return length;
  }

  #write(buffers: readonly Uint8Array[], position: number, below: OpenFile | undefined): number {
    let at = position;
    for (const buffer of buffers) {
      for (let done = 0; done < buffer.length; ) {
        const page = this.#keptPage(Math.floor(at / pageBytes), below);
        const taken = Math.min(pageBytes - (at % pageBytes), buffer.length - done);
        page.set(buffer.subarray(done, done + taken), at % pageBytes);
        done += taken;
        at += taken;
      }
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, at);
    return at - position;
  }

  #truncate(sizeBytes: number, below: OpenFile | undefined): void {
    if (sizeBytes < this.#sizeBytes) {
      for (const number of [...this.#pages.keys()]) if (number * pageBytes >= sizeBytes) this.#pages.delete(number);
      const last = Math.floor(sizeBytes / pageBytes);
      if (this.#pages.has(last)) this.#keptPage(last, below).fill(0, sizeBytes % pageBytes);
      this.#shownBytes = Math.min(this.#shownBytes, sizeBytes);
    }
    this.#sizeBytes = sizeBytes;
  }

  #page(number: number, below: OpenFile | undefined): Buffer {
    const kept = this.#pages.get(number);
    if (kept !== undefined) return kept;
    const page = Buffer.alloc(pageBytes);
    const shown = Math.max(0, Math.min(pageBytes, this.#shownBytes - number * pageBytes));
    if (below !== undefined && shown > 0) readFully(below, page.subarray(0, shown), number * pageBytes);
    return page;
  }

  #keptPage(number: number, below: OpenFile | undefined): Buffer {
    const page = this.#page(number, below);
    this.#pages.set(number, page);
    return page;
  }
}
