import { type FileSystem, parentOf, replaceFile } from '../base/file-system.ts';

/** Lies in the data directory from an orderly end to the next start. */
export const cleanShutdownFileName = '.kafka_cleanshutdown';

/** Says that all logs were closed in order. Call last; resolves when it is on the disk. */
export function markCleanShutdown(fileSystem: FileSystem, path: string): Promise<void> {
  return replaceFile(fileSystem, path, Buffer.from('{"version":0,"brokerEpoch":-1}'));
}

/**
 * Was the last end orderly? Takes the mark away, for good before this resolves, so that a crash right after the start
 * is not taken for an orderly end.
 */
export async function takeCleanShutdownMark(fileSystem: FileSystem, path: string): Promise<boolean> {
  if (!fileSystem.stat(path)) return false;
  await fileSystem.remove(path);
  await fileSystem.syncDirectory(parentOf(path));
  return true;
}
