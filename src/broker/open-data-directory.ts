import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { fault, isFault, systemErrorCode } from '../base/errors.ts';
import { type FileSystem, type Lock, LockHolder, readWholeFile, replaceFile } from '../base/file-system.ts';
import type { Logger } from '../base/logger.ts';
import { cleanShutdownFileName, takeCleanShutdownMark } from '../log/clean-shutdown.ts';
import { removeDeletedFolders } from '../log/remove-folder.ts';
import { type MetadataDocument, metadataFileName, readMetadataFile } from './metadata/metadata-file.ts';
import { MetadataStore } from './metadata/metadata-store.ts';

export interface DataDirectory {
  path: string;
  lock: Lock;
  store: MetadataStore;
  cleanShutdown: boolean;
}

/** How a data directory is waited for whose last broker is still ending. */
export interface Patience {
  clock: Clock;
  logger: Logger;
}

/** A broker whose supervisor was killed is gone after two seconds, whatever it has to bring to the disk. */
const waitForLeavingMs = 5000;
const askAgainMs = 50;

/**
 * Takes possession of a data directory, making it when it is not there:
 *
 *     .lock                              who uses it
 *     meta.properties                    cluster and node, as Apache Kafka writes it
 *     vigil-metadata.json                topics, configs, counters
 *     .kafka_cleanshutdown               left in order
 *     recovery-point-offset-checkpoint   and log-start-offset-checkpoint
 *     <topic>-<partition>/               the logs
 *
 * @throws DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE
 */
export async function openDataDirectory(
  fileSystem: FileSystem,
  path: string,
  { nodeId, ...patience }: Patience & { nodeId: number },
): Promise<DataDirectory> {
  const lock = await takeLockInTime(fileSystem, path, patience);
  try {
    const metadataPath = `${path}/${metadataFileName}`;
    const found = readMetadataFile(fileSystem, metadataPath);
    const document = found ?? newDocument(clusterIdOf(fileSystem, path));
    const cleanShutdown =
      found === undefined || (await takeCleanShutdownMark(fileSystem, `${path}/${cleanShutdownFileName}`));
    // Records that a crash took away are told from those that later got their offsets by the leader epoch.
    if (!cleanShutdown) document.leaderEpoch++;
    const store = new MetadataStore(fileSystem, metadataPath, document);
    if (found === undefined || !cleanShutdown) await store.save();
    if (found === undefined) await writeProperties(fileSystem, path, { clusterId: document.clusterId, nodeId });
    await removeDeletedFolders(fileSystem, path);
    return { path, lock, store, cleanShutdown };
  } catch (error) {
    lock.release();
    throw isFault(error) ? error : unusable(path, error);
  }
}

/** A broker that holds the directory and has said that it is ending is waited for; any other is an error at once. */
async function takeLockInTime(fileSystem: FileSystem, path: string, { clock, logger }: Patience): Promise<Lock> {
  const lateMs = clock.monotonicMs() + waitForLeavingMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return takeLock(fileSystem, path);
    } catch (error) {
      const holder = isFault(error, 'DATA_DIRECTORY_IN_USE') ? error.cause : undefined;
      const isWorthWaiting = holder instanceof LockHolder && holder.isLeaving && clock.monotonicMs() < lateMs;
      if (!isWorthWaiting) throw error;
      if (!isTold) logger.warn(`The data directory ${path} is still held by ${holder.message}: waiting for it`);
      await new Promise<void>((resolve) => clock.after(askAgainMs, resolve));
    }
  }
}

function takeLock(fileSystem: FileSystem, path: string): Lock {
  try {
    fileSystem.makeDirectory(path);
    return fileSystem.lock(`${path}/.lock`);
  } catch (error) {
    throw isFault(error) ? error : unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): Error {
  const why = systemErrorCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return fault('DATA_DIRECTORY_UNUSABLE', `The data directory ${path} cannot be used: ${why}`, { cause });
}

function newDocument(clusterId: string): MetadataDocument {
  return { clusterId, leaderEpoch: 0, nextProducerId: '0', brokerConfigs: {}, topics: [], deleting: [] };
}

/** The cluster id of a directory that has lost its metadata file but not its properties is kept. */
function clusterIdOf(fileSystem: FileSystem, path: string): string {
  const properties = readWholeFile(fileSystem, `${path}/meta.properties`)?.toString('utf8') ?? '';
  return /^cluster\.id=(\S+)$/m.exec(properties)?.[1] ?? randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

async function writeProperties(
  fileSystem: FileSystem,
  path: string,
  { clusterId, nodeId }: { clusterId: string; nodeId: number },
): Promise<void> {
  const directoryId = randomBytes(16).toString('base64url');
  const lines = ['version=1', `cluster.id=${clusterId}`, `node.id=${nodeId}`, `directory.id=${directoryId}`, ''];
  await replaceFile(fileSystem, `${path}/meta.properties`, Buffer.from(lines.join('\n')));
}
