import type { Clock } from '../../base/clock.ts';
import { describeError, fault, isFault } from '../../base/errors.ts';
import type { FileSystem } from '../../base/file-system.ts';
import type { Logger } from '../../base/logger.ts';
import {
  logStartOffsetFileName,
  type PartitionOffset,
  readOffsetCheckpoint,
  recoveryPointFileName,
  writeOffsetCheckpoint,
} from '../../log/checkpoint-file.ts';
import { deletedFolderSuffix, parsePartitionFolderName, partitionFolderName } from '../../log/file-names.ts';
import type { Flusher } from '../../log/flusher.ts';
import type { FlushPolicy, LogConfig } from '../../log/log-config.ts';
import { PartitionLog } from '../../log/partition-log.ts';
import { readPartitionMetadata, writePartitionMetadata } from '../../log/partition-metadata.ts';
import type { ReadBuffers } from '../../log/read-buffers.ts';
import { removeFolder } from '../../log/remove-folder.ts';
import type { TailCache } from '../../log/tail-cache.ts';
import type { BrokerSettings } from '../configs/broker-settings.ts';
import { logConfigFrom } from '../configs/topic-configs.ts';
import type { StoredTopic } from './metadata-file.ts';
import type { Topic } from './topic.ts';

export interface LogStoreOptions {
  fileSystem: FileSystem;
  /** The data directory; it exists. */
  directory: string;
  settings: BrokerSettings;
  flusher: Flusher;
  tailCache: TailCache;
  readBuffers: ReadBuffers;
  flushPolicy: FlushPolicy;
  flushIntervalMs: number;
  clock: Clock;
  logger: Logger;
  /** Whether the data directory was left in order. */
  cleanShutdown: boolean;
}

/** Opens the logs of partitions with the right settings, and keeps their checkpoints. */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #open = new Map<string, PartitionLog>();
  readonly #recoveryPoints: Map<string, bigint>;
  readonly #startOffsets: Map<string, bigint>;
  /** What each checkpoint says now. */
  readonly #written = new Map<string, string>();
  /** The partition folders that each checkpoint names. */
  readonly #listed = new Map<string, ReadonlySet<string>>();
  #checkpointing: Promise<void> = Promise.resolve();

  /** @throws LOG_CORRUPT when a checkpoint cannot be read */
  constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#recoveryPoints = this.#readCheckpoint(recoveryPointFileName);
    this.#startOffsets = this.#readCheckpoint(logStartOffsetFileName);
  }

  configFor(topic: Pick<Topic, 'configs'>): LogConfig {
    const { settings, flushPolicy, flushIntervalMs } = this.#options;
    const effective = (name: string) => topic.configs.get(name) ?? settings.topicDefault(name);
    const producerIdExpirationMs = settings.number('producer.id.expiration.ms');
    return logConfigFrom(effective, { flushPolicy, flushIntervalMs, producerIdExpirationMs });
  }

  /** Opens a partition's log, making its folder when there is none. @throws LOG_CORRUPT, DATA_DIRECTORY_UNUSABLE */
  async open(topic: Topic, partition: number): Promise<PartitionLog> {
    const { fileSystem, clock, flusher, tailCache, readBuffers, cleanShutdown, logger } = this.#options;
    const name = partitionFolderName(topic.name, partition);
    const directory = `${this.#options.directory}/${name}`;
    const isNew = await this.#claimFolder(directory, name, topic.id);
    const log = await PartitionLog.open({
      fileSystem,
      directory,
      topic: topic.name,
      partition,
      config: this.configFor(topic),
      clock,
      recoveryPoint: isNew ? 0n : (this.#recoveryPoints.get(name) ?? 0n),
      cleanShutdown: cleanShutdown || isNew,
      logStartOffset: isNew ? 0n : (this.#startOffsets.get(name) ?? 0n),
      flusher,
      tailCache,
      readBuffers,
      report: (message) => logger.warn(message),
    });
    this.#open.set(name, log);
    return log;
  }

  /** The folder of a partition; one that belongs to an earlier topic of the same name is put aside, never read. */
  async #claimFolder(directory: string, name: string, topicId: string): Promise<boolean> {
    const { fileSystem, logger } = this.#options;
    if (fileSystem.stat(directory) !== undefined) {
      const owner = readPartitionMetadata(fileSystem, directory);
      if (owner === topicId) return false;
      if (owner !== undefined) {
        const aside = `${directory}.${owner}-stray`;
        logger.warn(`${directory} belongs to another topic (${owner}); it is kept as ${aside}`);
        fileSystem.rename(directory, aside);
      }
    }
    await this.#forgetFormer(name);
    fileSystem.makeDirectory(directory);
    await writePartitionMetadata(fileSystem, directory, topicId);
    await fileSystem.syncDirectory(this.#options.directory);
    return true;
  }

  /** What the checkpoints say of an earlier topic of this name must not be there when the new one has its folder. */
  async #forgetFormer(name: string): Promise<void> {
    this.#recoveryPoints.delete(name);
    this.#startOffsets.delete(name);
    if (![...this.#listed.values()].some((names) => names.has(name))) return;
    await this.checkpoint();
  }

  /** Deletes a log for good; returns once no crash can bring it back. */
  async delete(topic: Topic, partition: number): Promise<void> {
    const name = partitionFolderName(topic.name, partition);
    const log = this.#open.get(name);
    this.#open.delete(name);
    this.#recoveryPoints.delete(name);
    this.#startOffsets.delete(name);
    await log?.delete();
  }

  /** Says which partition folders belong to no topic, such as those copied in by hand. They are left alone. */
  reportStrays(): void {
    const { fileSystem, directory, logger } = this.#options;
    const names = fileSystem.list(directory).filter((name) => parsePartitionFolderName(name) !== undefined);
    const strays = names.filter((name) => !this.#open.has(name) && !name.endsWith('-stray'));
    if (strays.length > 0)
      logger.warn(`${directory} holds folders of no topic, which are left alone: ${strays.join(', ')}`);
  }

  /** Ends a deletion that a stop interrupted: removes what is left of a topic's folders. */
  async removeFolders({ name, id, partitions }: StoredTopic): Promise<void> {
    const { fileSystem } = this.#options;
    for (let index = 0; index < partitions; index++) {
      const directory = `${this.#options.directory}/${partitionFolderName(name, index)}`;
      if (fileSystem.stat(directory) === undefined || readPartitionMetadata(fileSystem, directory) !== id) continue;
      const doomed = `${directory}.${id}${deletedFolderSuffix}`;
      fileSystem.rename(directory, doomed);
      await removeFolder(fileSystem, doomed);
    }
  }

  /**
   * Writes down how far every log is on the disk and where it begins: what bounds the reading after a crash.
   *
   * @throws the system's error when the disk does not take it
   */
  checkpoint(): Promise<void> {
    const written = this.#checkpointing.then(() => this.#writeBothCheckpoints());
    this.#checkpointing = written.catch(() => {});
    return written;
  }

  /** As `checkpoint`; what fails is told, and made good by the next one. */
  async checkpointNowAndThen(): Promise<void> {
    try {
      await this.checkpoint();
    } catch (error) {
      const message = 'The checkpoints could not be written; a restart after a crash takes longer';
      this.#options.logger.error(`${message}: ${describeError(error)}`);
    }
  }

  async #writeBothCheckpoints(): Promise<void> {
    for (const log of [...this.#open.values()]) await log.mark();
    await this.#writeCheckpoint(recoveryPointFileName, this.#recoveryPoints, (log) => log.recoveryPoint);
    await this.#writeCheckpoint(logStartOffsetFileName, this.#startOffsets, (log) => log.logStartOffset);
  }

  /**
   * An idle broker leaves the disk alone: what has not changed is not written again. Logs that are not open yet keep what was
   * read of them.
   */
  async #writeCheckpoint(
    name: string,
    read: ReadonlyMap<string, bigint>,
    offsetOf: (log: PartitionLog) => bigint,
  ): Promise<void> {
    const { fileSystem, directory } = this.#options;
    const open = [...this.#open].map(([folder, log]) => [folder, offsetOf(log)] as const);
    const known = new Map([...read, ...open]);
    const offsets = [...known].flatMap(([folder, offset]): PartitionOffset[] => {
      const parsed = parsePartitionFolderName(folder);
      return parsed === undefined ? [] : [{ ...parsed, offset }];
    });
    const text = offsets.map((each) => `${each.topic} ${each.partition} ${each.offset}`).join();
    if (this.#written.get(name) === text) return;
    await writeOffsetCheckpoint(fileSystem, `${directory}/${name}`, offsets);
    this.#written.set(name, text);
    this.#listed.set(name, new Set(known.keys()));
  }

  /** Applies retention to all logs. */
  async enforceRetention(): Promise<void> {
    for (const log of [...this.#open.values()]) {
      try {
        await log.enforceRetention(this.#options.clock.nowMs());
      } catch (error) {
        this.#options.logger.error({ err: error }, `Retention failed on ${log.topic}-${log.partition}`);
      }
    }
  }

  /**
   * Compacts the logs of which enough is new (`min.cleanable.dirty.ratio`), or something has been new for too long
   * (`max.compaction.lag.ms`).
   */
  async compact(topic: Topic): Promise<void> {
    const { settings, clock } = this.#options;
    const setting = (name: string) => Number(topic.configs.get(name) ?? settings.topicDefault(name));
    for (const { log } of topic.partitions) {
      if (!log.config.cleanupPolicy.includes('compact')) continue;
      const options = { minCompactionLagMs: setting('min.compaction.lag.ms'), nowMs: clock.nowMs() };
      const { dirtyBytes, totalBytes, dirtySinceMs } = log.compactionBacklog(options);
      const isWorthIt = dirtyBytes > 0 && dirtyBytes >= totalBytes * setting('min.cleanable.dirty.ratio');
      const isOverdue = options.nowMs - dirtySinceMs > setting('max.compaction.lag.ms');
      if (isWorthIt || isOverdue) await log.compact({ ...options, deleteRetentionMs: setting('delete.retention.ms') });
    }
  }

  /** @returns whether every log was closed in order */
  async close(): Promise<boolean> {
    const logs = [...this.#open.values()];
    const closings = await Promise.allSettled(logs.map((log) => log.close()));
    await this.checkpointNowAndThen();
    this.#open.clear();
    const failed = closings.flatMap((closing) => (closing.status === 'rejected' ? [closing.reason as unknown] : []));
    this.#reportNotClosed(failed);
    return failed.length === 0;
  }

  /** One line, however many logs a full or broken disk has kept from closing. */
  #reportNotClosed(failed: readonly unknown[]): void {
    const [first] = failed;
    if (first === undefined) return;
    const others = failed.length > 1 ? ` (and ${failed.length - 1} more logs)` : '';
    const { logger } = this.#options;
    logger.error(
      `The logs could not be closed in order; the next start recovers them: ${describeError(first)}${others}`,
    );
    for (const error of failed) logger.debug({ err: error }, 'A log could not be closed in order');
  }

  #readCheckpoint(name: string): Map<string, bigint> {
    try {
      const offsets = readOffsetCheckpoint(this.#options.fileSystem, `${this.#options.directory}/${name}`);
      const read = new Map(offsets.map((each) => [partitionFolderName(each.topic, each.partition), each.offset]));
      this.#listed.set(name, new Set(read.keys()));
      return read;
    } catch (error) {
      if (isFault(error)) throw error;
      throw fault('DATA_DIRECTORY_UNUSABLE', `The checkpoint ${name} cannot be read`, { cause: error });
    }
  }
}
