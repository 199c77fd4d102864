import type { FileStat, FileSystem, Lock, OpenFile } from '../../src/base/file-system.ts';
import { parentOf } from '../../src/base/file-system.ts';
import { systemError } from '../../src/base/memory-file-system.ts';

/** A change to the names of a folder, whole or not at all: of a file, or of a folder with all that is in it. */
type NameChange = { content: Content; from?: string; to?: string } | { content: 'folder'; from: string; to: string };

type Change = { kind: 'write'; position: number; bytes: Buffer } | { kind: 'truncate'; sizeBytes: number };

/** A file's bytes as programs see them, as the disk has them, and what lies between. */
interface Content {
  seen: Buffer;
  onDisk: Buffer;
  pending: Change[];
}

/** How much a power loss keeps of what was not synced: nothing, or any part of it in any order. */
export type PowerLoss = { keeps: 'nothing' } | { keeps: 'anything'; random: () => number };

const sectorBytes = 512;

/**
 * A file system in memory that keeps account of what was synced, and fails on demand.
 *
 * The model is harsher than any real disk: without `sync` no byte need be there after a power loss, without
 * `syncDirectory` no name, and what was not synced may be there in part, in any order of sectors.
 */
export class UnreliableFileSystem implements FileSystem {
  readonly #seen = new Map<string, Content>();
  #onDisk = new Map<string, Content>();
  #nameChanges: NameChange[] = [];
  readonly #folders = new Set<string>(['/']);
  #generation = 0;
  /** Bytes that can still be written before ENOSPC. */
  roomBytes = Number.POSITIVE_INFINITY;
  /** Longest single write; the rest is left to the caller, as a system may. */
  longestWrite = Number.POSITIVE_INFINITY;
  /** Called before each sync; an error makes it fail, a promise delays it. */
  beforeSync: ((path: string) => void | Promise<void>) | undefined;
  /** Called before each write, truncation, rename, removal and creation; may throw. */
  beforeChange: ((path: string) => void) | undefined;
  syncs = 0;

  open(path: string, mode: 'read' | 'write' | 'create'): OpenFile {
    let content = this.#seen.get(path);
    if (!content) {
      if (mode !== 'create') throw systemError('ENOENT', `no file ${path}`);
      if (!this.#folders.has(parentOf(path))) throw systemError('ENOENT', `no folder ${parentOf(path)}`);
      this.beforeChange?.(path);
      content = { seen: Buffer.alloc(0), onDisk: Buffer.alloc(0), pending: [] };
      this.#seen.set(path, content);
      this.#nameChanges.push({ content, to: path });
    }
    return this.#openFile(path, content);
  }

  #openFile(path: string, content: Content): OpenFile {
    const generation = this.#generation;
    let syncsUnderWay = 0;
    const alive = (): void => {
      if (generation !== this.#generation) throw systemError('EIO', `${path} was open when the power went`);
    };
    return {
      path,
      write: (buffers, position) => {
        alive();
        return this.#write(path, content, Buffer.concat(buffers), position);
      },
      read: (target, position) => {
        alive();
        return content.seen.copy(target, 0, Math.min(position, content.seen.length));
      },
      truncate: (sizeBytes) => {
        alive();
        this.beforeChange?.(path);
        change(content, { kind: 'truncate', sizeBytes });
      },
      sizeBytes: () => content.seen.length,
      sync: async () => {
        alive();
        syncsUnderWay += 1;
        await this.#sync(path, content).finally(() => {
          syncsUnderWay -= 1;
        });
      },
      close: () => {
        if (syncsUnderWay > 0) throw systemError('EBADF', `${path} was closed during a sync`);
      },
    };
  }

  #write(path: string, content: Content, bytes: Buffer, position: number): number {
    this.beforeChange?.(path);
    const count = Math.min(bytes.length, this.longestWrite, this.roomBytes);
    if (bytes.length > 0 && count === 0) throw systemError('ENOSPC', `no room for ${path}`);
    this.roomBytes -= count;
    change(content, { kind: 'write', position, bytes: bytes.subarray(0, count) });
    return count;
  }

  async #sync(path: string, content: Content): Promise<void> {
    const generation = this.#generation;
    const covered = content.pending.length;
    const target = Buffer.from(content.seen);
    await this.beforeSync?.(path);
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (generation !== this.#generation) throw systemError('EIO', `${path} was being synced when the power went`);
    this.syncs += 1;
    content.onDisk = target;
    content.pending.splice(0, covered);
  }

  async syncDirectory(path: string): Promise<void> {
    const generation = this.#generation;
    const names = [...this.#seen].filter(([each]) => parentOf(each) === path);
    const covered = new Set(this.#nameChanges.filter(({ from, to }) => parentOf(from ?? to ?? '') === path));
    await this.beforeSync?.(path);
    if (generation !== this.#generation) throw systemError('EIO', `${path} was being synced when the power went`);
    for (const each of [...this.#onDisk.keys()]) if (parentOf(each) === path) this.#onDisk.delete(each);
    for (const [each, content] of names) this.#onDisk.set(each, content);
    for (const each of covered) if (each.content === 'folder') moveFolder(this.#onDisk, each);
    this.#nameChanges = this.#nameChanges.filter((each) => !covered.has(each));
  }

  rename(from: string, to: string): void {
    this.beforeChange?.(from);
    if (this.#folders.has(from)) {
      this.#renameFolder(from, to);
      return;
    }
    const content = this.#seen.get(from);
    if (!content) throw systemError('ENOENT', `no file ${from}`);
    this.#seen.delete(from);
    this.#seen.set(to, content);
    this.#nameChanges.push({ content, from, to });
  }

  #renameFolder(from: string, to: string): void {
    const change: NameChange & { content: 'folder' } = { content: 'folder', from, to };
    moveFolder(this.#seen, change);
    this.#folders.delete(from);
    this.#folders.add(to);
    const moved = (path: string) => (path.startsWith(`${from}/`) ? to + path.slice(from.length) : path);
    for (const each of this.#nameChanges) {
      if (each.from !== undefined) each.from = moved(each.from);
      if (each.to !== undefined) each.to = moved(each.to);
    }
    this.#nameChanges.push(change);
  }

  async remove(path: string): Promise<void> {
    const content = this.#seen.get(path);
    if (!content) return;
    this.beforeChange?.(path);
    this.#seen.delete(path);
    this.#nameChanges.push({ content, from: path });
  }

  removeDirectory(path: string): void {
    this.#folders.delete(path);
  }

  /** Folders are there for good at once: those of partitions are synced by their makers. */
  makeDirectory(path: string): void {
    for (let each = path; each !== '/'; each = parentOf(each)) this.#folders.add(each);
  }

  list(path: string): string[] {
    if (!this.#folders.has(path)) throw systemError('ENOENT', `no folder ${path}`);
    const paths = [...this.#seen.keys(), ...this.#folders].filter((each) => each !== path && parentOf(each) === path);
    return paths.map((each) => each.slice(path === '/' ? 1 : path.length + 1));
  }

  stat(path: string): FileStat | undefined {
    const content = this.#seen.get(path);
    if (content) return { sizeBytes: content.seen.length, isDirectory: false, modifiedMs: 0 };
    return this.#folders.has(path) ? { sizeBytes: 0, isDirectory: true, modifiedMs: 0 } : undefined;
  }

  lock(): Lock {
    return { announceRelease: () => {}, release: () => {} };
  }

  /** The machine goes dark and comes back: open files are dead, and only what the disk has is there. */
  losePower(loss: PowerLoss): void {
    this.#generation += 1;
    this.#onDisk = namesAfter(loss, this.#onDisk, this.#nameChanges);
    this.#nameChanges = [];
    this.#seen.clear();
    for (const [path, content] of this.#onDisk) {
      this.makeDirectory(parentOf(path));
      const bytes = bytesAfter(loss, content);
      this.#seen.set(path, content);
      Object.assign(content, { seen: bytes, onDisk: Buffer.from(bytes), pending: [] });
    }
  }

  /**
   * The machine goes dark for whoever uses this file system now: every later change and sync fails.
   *
   * @returns the disk as it is found when the machine comes back, for whoever starts then
   */
  afterPowerLoss(loss: PowerLoss): UnreliableFileSystem {
    this.losePower(loss);
    const next = new UnreliableFileSystem();
    for (const folder of this.#folders) next.#folders.add(folder);
    for (const [path, { seen }] of this.#seen) {
      const content = { seen: Buffer.from(seen), onDisk: Buffer.from(seen), pending: [] };
      next.#seen.set(path, content);
      next.#onDisk.set(path, content);
    }
    const dark = (path: string) => {
      throw systemError('EIO', `${path}: the machine is dark`);
    };
    this.beforeChange = dark;
    this.beforeSync = dark;
    return next;
  }

  /** The process dies; the system lives on: everything written is there, open files are dead. */
  killProcess(): void {
    this.#generation += 1;
  }

  /** For damaging a file behind the log's back. */
  overwrite(path: string, edit: (bytes: Buffer) => Buffer): void {
    const content = this.#seen.get(path);
    if (!content) throw systemError('ENOENT', `no file ${path}`);
    content.seen = edit(Buffer.from(content.seen));
    content.onDisk = Buffer.from(content.seen);
    content.pending = [];
  }

  bytesOf(path: string): Buffer {
    const content = this.#seen.get(path);
    if (!content) throw systemError('ENOENT', `no file ${path}`);
    return Buffer.from(content.seen);
  }
}

function change(content: Content, made: Change): void {
  content.seen = applied(content.seen, made);
  content.pending.push(made);
}

function applied(bytes: Buffer, made: Change): Buffer {
  if (made.kind === 'truncate') return resized(bytes, made.sizeBytes);
  const target = resized(bytes, Math.max(bytes.length, made.position + made.bytes.length));
  made.bytes.copy(target, made.position);
  return target;
}

function resized(bytes: Buffer, sizeBytes: number): Buffer {
  const target = Buffer.alloc(sizeBytes);
  bytes.copy(target);
  return target;
}

/** Each change of a name survives by itself or not: a harsher rule than that of journals, which keep their order. */
function namesAfter(
  loss: PowerLoss,
  onDisk: Map<string, Content>,
  changes: readonly NameChange[],
): Map<string, Content> {
  const names = new Map(onDisk);
  for (const made of changes) {
    if (loss.keeps === 'nothing' || loss.random() < 0.5) continue;
    const { content, from, to } = made;
    if (made.content === 'folder') {
      moveFolder(names, made);
      continue;
    }
    if (content === 'folder') continue;
    if (from !== undefined && names.get(from) === content) names.delete(from);
    if (to !== undefined) names.set(to, content);
  }
  return names;
}

function moveFolder(names: Map<string, Content>, { from, to }: { from: string; to: string }): void {
  for (const [path, content] of [...names]) {
    if (!path.startsWith(`${from}/`)) continue;
    names.delete(path);
    names.set(to + path.slice(from.length), content);
  }
}

function bytesAfter(loss: PowerLoss, content: Content): Buffer {
  if (loss.keeps === 'nothing') return content.onDisk;
  let bytes = content.onDisk;
  for (const made of content.pending) {
    if (made.kind === 'truncate') {
      if (loss.random() < 0.5) bytes = applied(bytes, made);
      continue;
    }
    for (let from = 0; from < made.bytes.length; from += sectorBytes) {
      if (loss.random() < 0.5) continue;
      const part = made.bytes.subarray(from, from + sectorBytes);
      bytes = applied(bytes, { kind: 'write', position: made.position + from, bytes: part });
    }
  }
  return bytes;
}

/** Random numbers in 0..1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
