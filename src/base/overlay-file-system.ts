import { type FileStat, type FileSystem, type Lock, type OpenFile, parentOf } from './file-system.ts';
import { systemError } from './memory-file-system.ts';
import { OverlayFile } from './overlay-file.ts';

type Entry = OverlayFile | 'folder' | 'gone';

/**
 * Another file system as it is, under changes that are kept in memory and end with this object: what would happen can be
 * tried without happening. Only the lock is taken below.
 */
export class OverlayFileSystem implements FileSystem {
  readonly #below: FileSystem;
  /** What differs from below, by path. */
  readonly #changed = new Map<string, Entry>();

  constructor(below: FileSystem) {
    this.#below = below;
  }

  open(path: string, mode: 'read' | 'write' | 'create'): OpenFile {
    const found = this.#file(path);
    if (found !== undefined) return found.open(path);
    if (mode !== 'create') throw systemError('ENOENT', `no file ${path}`);
    if (this.stat(parentOf(path))?.isDirectory !== true) throw systemError('ENOENT', `no folder ${parentOf(path)}`);
    const made = new OverlayFile(undefined);
    this.#changed.set(path, made);
    return made.open(path);
  }

  /** The file under this name, which is noted from here on, so that changes to it are found again. */
  #file(path: string): OverlayFile | undefined {
    const changed = this.#changed.get(path);
    if (changed !== undefined) return changed instanceof OverlayFile ? changed : undefined;
    const stat = this.#below.stat(path);
    if (stat === undefined || stat.isDirectory) return undefined;
    const file = new OverlayFile({ fileSystem: this.#below, path, stat });
    this.#changed.set(path, file);
    return file;
  }

  rename(from: string, to: string): void {
    const file = this.#file(from);
    if (file === undefined) {
      this.#renameFolder(from, to);
      return;
    }
    this.#changed.set(to, file);
    this.#changed.set(from, 'gone');
  }

  #renameFolder(from: string, to: string): void {
    const names = this.list(from);
    this.#changed.set(to, 'folder');
    for (const name of names) this.rename(`${from}/${name}`, `${to}/${name}`);
    this.#changed.set(from, 'gone');
  }

  async remove(path: string): Promise<void> {
    this.#changed.set(path, 'gone');
  }

  removeDirectory(path: string): void {
    if (this.stat(path) === undefined) return;
    if (this.list(path).length > 0) throw systemError('ENOTEMPTY', `${path} is not empty`);
    this.#changed.set(path, 'gone');
  }

  makeDirectory(path: string): void {
    for (let each = path; this.stat(each) === undefined; each = parentOf(each)) this.#changed.set(each, 'folder');
  }

  list(path: string): string[] {
    if (this.stat(path)?.isDirectory !== true) throw systemError('ENOENT', `no folder ${path}`);
    const names = new Set(this.#below.stat(path) === undefined ? [] : this.#below.list(path));
    for (const [changed, entry] of this.#changed) {
      if (changed === path || parentOf(changed) !== path) continue;
      const name = changed.slice(path.length + 1);
      if (entry === 'gone') names.delete(name);
      else names.add(name);
    }
    return [...names];
  }

  stat(path: string): FileStat | undefined {
    const changed = this.#changed.get(path);
    if (changed === undefined) return this.#below.stat(path);
    if (changed === 'gone') return undefined;
    return changed === 'folder' ? { sizeBytes: 0, isDirectory: true, modifiedMs: 0 } : changed.stat();
  }

  async syncDirectory(_path: string): Promise<void> {}

  lock(path: string): Lock {
    return this.#below.lock(path);
  }
}
