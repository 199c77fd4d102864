/**
 * The seam between Vigil and the disk. Everything that must survive a crash goes through it, so that a test can put an
 * implementation below that fails any call at any byte or forgets what was never synced.
 *
 * All calls but syncs and removals return when the operating system has taken them over: for the sizes met here a
 * system call is far cheaper than a trip through the thread pool. Failures are thrown as the system's errors
 * (`error.code` is `ENOSPC`, `ENOENT` …), never swallowed and never retried.
 */
export interface FileSystem {
  /**
   * Opens a file for positional reading and, unless `read`, writing.
   *
   * - `read`: the file must exist.
   * - `write`: the file must exist.
   * - `create`: made when it does not exist; what it holds stays. The new name survives a power loss only after
   *   `syncDirectory` of its folder.
   */
  open(path: string, mode: 'read' | 'write' | 'create'): OpenFile;
  /** Replaces `to` by `from` in one step: a crash leaves either, never neither. Durable after `syncDirectory`. */
  rename(from: string, to: string): void;
  /** Removes a file; no error when it is not there. May take long for a large file, hence a promise. */
  remove(path: string): Promise<void>;
  /** Removes an empty folder; no error when it is not there. */
  removeDirectory(path: string): void;
  /** Makes a folder and those above it; no error when it is there. */
  makeDirectory(path: string): void;
  /** Names (not paths) of what a folder holds, in no order. Throws `ENOENT` when it does not exist. */
  list(path: string): string[];
  /** Size and time of the last change, or undefined when nothing has that name. */
  stat(path: string): FileStat | undefined;
  /** Resolves when every name made, changed or removed in the folder before the call is on the disk. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes the lock file at `path` for this process until `release()` or the end of the process.
   *
   * A lock left behind by a process that is gone is taken over.
   * @throws DATA_DIRECTORY_IN_USE, naming the process that holds it; its cause is the `LockHolder`
   */
  lock(path: string): Lock;
}

export interface FileStat {
  sizeBytes: number;
  isDirectory: boolean;
  modifiedMs: number;
}

/** One open file. Positions are bytes from the start; there is no cursor. */
export interface OpenFile {
  readonly path: string;
  /**
   * Writes the buffers one after the other at `position`, extending the file when needed.
   * May write less than given, as the system may; returns the number of bytes written. See `writeFully`.
   */
  write(buffers: readonly Uint8Array[], position: number): number;
  /** Reads up to `target.length` bytes at `position`; returns how many there were (0 at the end of the file). */
  read(target: Uint8Array, position: number): number;
  /** Cuts the file to `sizeBytes` (or extends it by zeros). */
  truncate(sizeBytes: number): void;
  sizeBytes(): number;
  /** Resolves when all bytes written before the call, and the file's size, are on the disk. */
  sync(): Promise<void>;
  /** No call may follow. A sync under way must have ended first. */
  close(): void;
}

export interface Lock {
  /** Says to who asks for the lock that it is about to be released: see `LockHolder`. */
  announceRelease(): void;
  release(): void;
}

/** Who holds a lock that could not be taken: the `cause` of DATA_DIRECTORY_IN_USE. */
export class LockHolder extends Error {
  override readonly name = 'LockHolder';
  readonly processId: number;
  /** It has said that it is about to release the lock. */
  readonly isLeaving: boolean;

  constructor(processId: number, isLeaving: boolean) {
    super(`process ${processId}${isLeaving ? ', which is ending' : ''}`);
    this.processId = processId;
    this.isLeaving = isLeaving;
  }
}

/** Writes all bytes at `position`, in as many calls as it takes. Throws with part of them written when the disk does. */
export function writeFully(file: OpenFile, buffers: readonly Uint8Array[], position: number): number {
  let rest = buffers;
  let at = position;
  for (;;) {
    const left = rest.reduce((sum, each) => sum + each.length, 0);
    if (left === 0) return at - position;
    const written = file.write(rest, at);
    if (written === 0) throw Object.assign(new Error(`${file.path}: nothing was written`), { code: 'ENOSPC' });
    at += written;
    if (written === left) return at - position;
    rest = skip(rest, written);
  }
}

function skip(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let left = bytes;
  for (const buffer of buffers) {
    if (left < buffer.length) rest.push(buffer.subarray(left));
    left = Math.max(0, left - buffer.length);
  }
  return rest;
}

/** Reads `target` full, or as much of it as the file holds; returns the number of bytes. */
export function readFully(file: OpenFile, target: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < target.length) {
    const count = file.read(filled === 0 ? target : target.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** The whole file, or undefined when it does not exist. */
export function readWholeFile(fileSystem: FileSystem, path: string): Buffer | undefined {
  const stat = fileSystem.stat(path);
  if (stat === undefined || stat.isDirectory) return undefined;
  const file = fileSystem.open(path, 'read');
  try {
    const target = Buffer.alloc(file.sizeBytes());
    return target.subarray(0, readFully(file, target, 0));
  } finally {
    file.close();
  }
}

/**
 * Replaces a small file as a whole: written beside it under `.tmp`, synced, renamed over it, the folder synced.
 * A crash at any point leaves the old content or the new.
 */
export async function replaceFile(fileSystem: FileSystem, path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await fileSystem.remove(temporary);
  const file = fileSystem.open(temporary, 'create');
  try {
    writeFully(file, [content], 0);
    await file.sync();
  } finally {
    file.close();
  }
  fileSystem.rename(temporary, path);
  await fileSystem.syncDirectory(parentOf(path));
}

/** The folder that a path's last name lies in. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, Math.max(1, slash));
}
