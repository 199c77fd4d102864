import { fault } from './errors.ts';
import type { FileStat, FileSystem, Lock, OpenFile } from './file-system.ts';
import { parentOf } from './file-system.ts';

const pageBytes = 64 * 1024;

/** Files held in memory: for brokers that keep nothing, and for tests. Syncs have nothing to do. */
export class MemoryFileSystem implements FileSystem {
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Set<string>();
  readonly #locks = new Set<string>();

  open(path: string, mode: 'read' | 'write' | 'create'): OpenFile {
    const found = this.#files.get(path);
    if (found) return openMemoryFile(path, found);
    if (mode !== 'create') throw systemError('ENOENT', `no file ${path}`);
    if (!this.#folders.has(parentOf(path))) throw systemError('ENOENT', `no folder ${parentOf(path)}`);
    const made = new MemoryFile();
    this.#files.set(path, made);
    return openMemoryFile(path, made);
  }

  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file) {
      this.#files.delete(from);
      this.#files.set(to, file);
      return;
    }
    if (!this.#folders.has(from)) throw systemError('ENOENT', `nothing is named ${from}`);
    this.#renameFolder(from, to);
  }

  #renameFolder(from: string, to: string): void {
    for (const folder of [...this.#folders]) {
      if (folder !== from && !folder.startsWith(`${from}/`)) continue;
      this.#folders.delete(folder);
      this.#folders.add(to + folder.slice(from.length));
    }
    for (const [path, file] of [...this.#files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), file);
    }
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path);
  }

  removeDirectory(path: string): void {
    if (!this.#folders.has(path)) return;
    if (this.list(path).length > 0) throw systemError('ENOTEMPTY', `${path} is not empty`);
    this.#folders.delete(path);
  }

  makeDirectory(path: string): void {
    for (let each = path; !this.#folders.has(each); each = parentOf(each)) {
      this.#folders.add(each);
      if (each === '/' || each === '.') return;
    }
  }

  list(path: string): string[] {
    if (!this.#folders.has(path)) throw systemError('ENOENT', `no folder ${path}`);
    return [...this.#files.keys(), ...this.#folders]
      .filter((each) => each !== path && parentOf(each) === path)
      .map((each) => each.slice(path === '/' ? 1 : path.length + 1));
  }

  stat(path: string): FileStat | undefined {
    const file = this.#files.get(path);
    if (file) return { sizeBytes: file.sizeBytes, isDirectory: false, modifiedMs: file.modifiedMs };
    return this.#folders.has(path) ? { sizeBytes: 0, isDirectory: true, modifiedMs: 0 } : undefined;
  }

  async syncDirectory(_path: string): Promise<void> {}

  lock(path: string): Lock {
    if (this.#locks.has(path)) throw fault('DATA_DIRECTORY_IN_USE', `${path} is held by this process`);
    this.#locks.add(path);
    return { announceRelease: () => {}, release: () => this.#locks.delete(path) };
  }
}

function openMemoryFile(path: string, file: MemoryFile): OpenFile {
  return {
    path,
    write: (buffers, position) => file.write(buffers, position),
    read: (target, position) => file.read(target, position),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    sizeBytes: () => file.sizeBytes,
    sync: async () => {},
    close: () => {},
  };
}

/** Bytes in pages, so that a growing file is never copied. */
class MemoryFile {
  sizeBytes = 0;
  modifiedMs = Date.now();
  #pages: Uint8Array[] = [];

  write(buffers: readonly Uint8Array[], position: number): number {
    let at = position;
    for (const buffer of buffers) {
      this.#copy(at, buffer.length, (page, from, start, end) => page.set(buffer.subarray(start, end), from));
      at += buffer.length;
    }
    this.sizeBytes = Math.max(this.sizeBytes, at);
    this.modifiedMs = Date.now();
    return at - position;
  }

  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.sizeBytes - position));
    this.#copy(position, length, (page, from, start, end) => {
      target.set(page.subarray(from, from + end - start), start);
    });
    return length;
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.sizeBytes) {
      this.#pages.length = Math.ceil(sizeBytes / pageBytes);
      this.#pages[Math.floor(sizeBytes / pageBytes)]?.fill(0, sizeBytes % pageBytes);
    }
    this.sizeBytes = sizeBytes;
  }

  /** Calls `action(page, place in the page, start, end of the range in the buffer)` for each page touched. */
  #copy(
    position: number,
    length: number,
    action: (page: Uint8Array, from: number, start: number, end: number) => void,
  ): void {
    for (let done = 0; done < length; ) {
      const from = (position + done) % pageBytes;
      const count = Math.min(pageBytes - from, length - done);
      action(this.#page(Math.floor((position + done) / pageBytes)), from, done, done + count);
      done += count;
    }
  }

  #page(index: number): Uint8Array {
    for (let each = this.#pages.length; each <= index; each++) this.#pages.push(new Uint8Array(pageBytes));
    const page = this.#pages[index];
    if (!page) throw systemError('EIO', `no page ${index}`);
    return page;
  }
}

/** An error as the operating system would give it. */
export function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
