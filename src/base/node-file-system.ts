import {
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  writevSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from './errors.ts';
import { type FileStat, type FileSystem, type OpenFile, parentOf } from './file-system.ts';
import { takeLockFile } from './lock-file.ts';

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);
const flags = { read: 'r', write: 'r+' } as const;

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  open: (path, mode) => openFile(path, mode),
  rename: renameSync,
  remove: (path) => rm(path, { force: true }),
  removeDirectory: (path) => ignoreMissing(() => rmdirSync(path)),
  makeDirectory,
  list: (path) => readdirSync(path),
  stat,
  syncDirectory,
  lock: takeLockFile,
};

/** Not `recursive`: below a folder that takes none (/proc), that never returns. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (stat(path)?.isDirectory === true) return;
    const parent = parentOf(path);
    const mayHelp = systemErrorCode(error) === 'ENOENT' && parent !== path && stat(parent) === undefined;
    if (!mayHelp) throw error;
    makeDirectory(parent);
    mkdirSync(path);
  }
}

function openFile(path: string, mode: 'read' | 'write' | 'create'): OpenFile {
  const fd = mode === 'create' ? openOrCreate(path) : openSync(path, flags[mode]);
  return {
    path,
    write: (buffers, position) => writevSync(fd, buffers, position),
    read: (target, position) => readSync(fd, target, 0, target.length, position),
    truncate: (sizeBytes) => ftruncateSync(fd, sizeBytes),
    sizeBytes: () => fstatSync(fd).size,
    sync: () => syncData(fd),
    close: () => closeSync(fd),
  };
}

function openOrCreate(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return openSync(path, 'wx+');
  }
}

function stat(path: string): FileStat | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { sizeBytes: found.size, isDirectory: found.isDirectory(), modifiedMs: found.mtimeMs };
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows opens no folders; its renames are journalled.
  const fd = openSync(path, 'r');
  try {
    await syncAll(fd);
  } finally {
    closeSync(fd);
  }
}

function ignoreMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
