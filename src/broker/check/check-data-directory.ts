import { systemClock } from '../../base/clock.ts';
import { fault, isFault, systemErrorCode } from '../../base/errors.ts';
import type { FileSystem, Lock } from '../../base/file-system.ts';
import { nodeFileSystem } from '../../base/node-file-system.ts';
import { OverlayFileSystem } from '../../base/overlay-file-system.ts';
import {
  logStartOffsetFileName,
  type PartitionOffset,
  readOffsetCheckpoint,
  recoveryPointFileName,
} from '../../log/checkpoint-file.ts';
import { cleanShutdownFileName } from '../../log/clean-shutdown.ts';
import { deletedFolderSuffix, parsePartitionFolderName, partitionFolderName } from '../../log/file-names.ts';
import { type MetadataDocument, metadataFileName, readMetadataFile } from '../metadata/metadata-file.ts';
import { PartitionChecks } from './check-partitions.ts';
import { checkState } from './check-state.ts';
import { type DirectoryCheck, emptyCheck } from './directory-check.ts';

/**
 * Reads a data directory as a whole: metadata, checkpoints, every batch of every segment, indexes, snapshots of producers,
 * groups and transactions. Nothing is changed: what the next start would repair is repaired in memory, and told.
 *
 * @throws DATA_DIRECTORY_IN_USE while a broker runs on it, DATA_DIRECTORY_UNUSABLE
 */
export async function checkDataDirectory(
  path: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<DirectoryCheck> {
  const lock = takeLock(fileSystem, path);
  try {
    return await checkDirectory(path, new OverlayFileSystem(fileSystem));
  } finally {
    lock.release();
  }
}

function takeLock(fileSystem: FileSystem, path: string): Lock {
  try {
    if (fileSystem.stat(path)?.isDirectory !== true) {
      throw fault('DATA_DIRECTORY_UNUSABLE', `There is no data directory ${path}`, { next: 'Check the path.' });
    }
    return fileSystem.lock(`${path}/.lock`);
  } catch (error) {
    if (isFault(error)) throw error;
    const why = systemErrorCode(error) ?? String(error);
    throw fault('DATA_DIRECTORY_UNUSABLE', `The data directory ${path} cannot be locked: ${why}`, { cause: error });
  }
}

async function checkDirectory(path: string, fileSystem: FileSystem): Promise<DirectoryCheck> {
  const found = emptyCheck(path);
  const metadata = orDamage(found, () => readMetadataFile(fileSystem, `${path}/${metadataFileName}`));
  if (metadata === undefined) {
    noteMissingMetadata(fileSystem, found);
    return found;
  }
  found.wasLeftInOrder = fileSystem.stat(`${path}/${cleanShutdownFileName}`) !== undefined;
  if (!found.wasLeftInOrder) {
    const what = `${path}: was not left in order; the next start reads the logs from their recovery points on`;
    found.findings.push({ kind: 'repair', what });
  }
  noteFolders(fileSystem, metadata, found);
  const recoveryPoints = readOffsets(fileSystem, found, recoveryPointFileName);
  const startOffsets = readOffsets(fileSystem, found, logStartOffsetFileName);
  const partitions = new PartitionChecks({ fileSystem, metadata, found, recoveryPoints, startOffsets });
  await partitions.run(systemClock.nowMs());
  if (!found.findings.some(({ kind }) => kind === 'damage')) await checkState(fileSystem, metadata, found);
  return found;
}

/** An empty directory is a new one; records without metadata have lost their topics. */
function noteMissingMetadata(fileSystem: FileSystem, found: DirectoryCheck): void {
  const folders = fileSystem.list(found.path).filter((name) => parsePartitionFolderName(name) !== undefined);
  if (found.findings.length > 0 || folders.length === 0) return;
  const what = `${found.path}/${metadataFileName}: missing; ${folders.length} folders of partitions belong to no topic`;
  found.findings.push({ kind: 'damage', what });
}

function noteFolders(fileSystem: FileSystem, { topics, deleting }: MetadataDocument, found: DirectoryCheck): void {
  const known = [...topics, ...deleting].flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, index) => partitionFolderName(name, index)),
  );
  for (const { name } of deleting) {
    const what = `${found.path}: the deletion of topic ${name} was cut short; the next start ends it`;
    found.findings.push({ kind: 'repair', what });
  }
  for (const name of fileSystem.list(found.path)) {
    const path = `${found.path}/${name}`;
    if (name.endsWith(deletedFolderSuffix))
      found.findings.push({ kind: 'repair', what: `${path}: left over from a deletion; the next start removes it` });
    else if (parsePartitionFolderName(name) !== undefined && !known.includes(name))
      found.notes.push(`${path}: belongs to no topic and is left alone`);
  }
}

function readOffsets(fileSystem: FileSystem, found: DirectoryCheck, name: string): ReadonlyMap<string, bigint> {
  const offsets: PartitionOffset[] =
    orDamage(found, () => readOffsetCheckpoint(fileSystem, `${found.path}/${name}`)) ?? [];
  return new Map(offsets.map((each) => [partitionFolderName(each.topic, each.partition), each.offset]));
}

/** What keeps the broker from starting is damage. */
function orDamage<T>(found: DirectoryCheck, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    found.findings.push({ kind: 'damage', what: `${why}; the broker does not start` });
    return undefined;
  }
}
