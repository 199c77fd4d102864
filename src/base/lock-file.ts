import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { fault, systemErrorCode } from './errors.ts';
import { type Lock, LockHolder } from './file-system.ts';

/**
 * What a lock file says of who holds it: the process id, and on Linux when that process started, since process ids come again.
 *
 *     | process id | space | start time | line feed |     and once it is about to end:     | leaving | line feed |
 */
interface Holder {
  processId: number;
  startedAt: string;
  isLeaving: boolean;
}

const leavingWord = 'leaving';

const heldHere = new Set<string>();

/**
 * Takes a lock file that names this process. One left behind by a process that is gone is taken over.
 *
 * @throws DATA_DIRECTORY_IN_USE when a living process, this one included, holds it
 */
export function takeLockFile(path: string): Lock {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createLockFile(path)) return held(path);
    const holder = readHolder(path);
    if (holder && isAlive(holder, path)) throw inUse(path, holder);
    rmSync(path, { force: true });
  }
  throw inUse(path, undefined);
}

function held(path: string): Lock {
  heldHere.add(path);
  return {
    announceRelease() {
      if (heldHere.has(path)) appendWhenThere(path, `${leavingWord}\n`);
    },
    release() {
      if (heldHere.delete(path)) rmSync(path, { force: true });
    },
  };
}

/** A courtesy, which neither a full disk nor a file that somebody has removed may turn into a failure. */
function appendWhenThere(path: string, text: string): void {
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Who asks for the lock is told that it is held, as if nothing had been announced.
  }
}

function inUse(path: string, holder: Holder | undefined): Error {
  if (holder === undefined) return fault('DATA_DIRECTORY_IN_USE', `${path} is held by another process`);
  const cause = new LockHolder(holder.processId, holder.isLeaving);
  return fault('DATA_DIRECTORY_IN_USE', `${path} is held by ${cause.message}`, { cause });
}

function createLockFile(path: string): boolean {
  try {
    const fd = openSync(path, 'wx');
    writeSync(fd, `${process.pid} ${statusOf(process.pid).startedAt}\n`);
    closeSync(fd);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const [first = '', second] = readFileSync(path, 'utf8').trim().split('\n');
    const [processId, startedAt = ''] = first.split(' ');
    return { processId: Number(processId), startedAt, isLeaving: second === leavingWord };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(holder: Holder, path: string): boolean {
  if (!Number.isInteger(holder.processId) || holder.processId <= 0) return false;
  if (holder.processId === process.pid) return heldHere.has(path);
  try {
    process.kill(holder.processId, 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
  }
  const { state, startedAt } = statusOf(holder.processId);
  // Killed, and its parent has not asked how: it holds nothing any more. Containers without an init keep such for ever.
  if (state === 'Z' || state === 'X') return false;
  return startedAt === '' || holder.startedAt === '' || startedAt === holder.startedAt;
}

/** From /proc, after the name in brackets: field 3, the state, and 22, the boot-relative start time; empty where there is none. */
function statusOf(processId: number): { state: string; startedAt: string } {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return { state: '', startedAt: '' };
  }
}
