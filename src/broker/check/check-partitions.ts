import { systemErrorCode } from '../../base/errors.ts';
import type { FileSystem } from '../../base/file-system.ts';
import { checkLog } from '../../log/check/check-log.ts';
import { partitionFolderName } from '../../log/file-names.ts';
import { defaultLogConfig } from '../../log/log-config.ts';
import { readPartitionMetadata } from '../../log/partition-metadata.ts';
import { BrokerSettings } from '../configs/broker-settings.ts';
import { logConfigFrom } from '../configs/topic-configs.ts';
import type { MetadataDocument, StoredTopic } from '../metadata/metadata-file.ts';
import type { DirectoryCheck, Finding } from './directory-check.ts';

export interface PartitionChecksOptions {
  fileSystem: FileSystem;
  metadata: MetadataDocument;
  found: DirectoryCheck;
  recoveryPoints: ReadonlyMap<string, bigint>;
  startOffsets: ReadonlyMap<string, bigint>;
}

/** Checks the folders of all partitions that the metadata names. */
export class PartitionChecks {
  readonly #options: PartitionChecksOptions;
  readonly #settings: BrokerSettings;

  constructor(options: PartitionChecksOptions) {
    this.#options = options;
    this.#settings = new BrokerSettings({}, new Map(Object.entries(options.metadata.brokerConfigs)));
  }

  async run(nowMs: number): Promise<void> {
    const { found, metadata } = this.#options;
    for (const topic of metadata.topics) {
      found.topics++;
      for (let partition = 0; partition < topic.partitions; partition++) await this.#check(topic, partition, nowMs);
    }
  }

  async #check(topic: StoredTopic, partition: number, nowMs: number): Promise<void> {
    const { fileSystem, found, recoveryPoints, startOffsets } = this.#options;
    const name = partitionFolderName(topic.name, partition);
    const directory = `${found.path}/${name}`;
    const recoveryPoint = recoveryPoints.get(name) ?? 0n;
    found.partitions++;
    try {
      if (!this.#belongs(directory, topic, recoveryPoint)) return;
      const logStartOffset = startOffsets.get(name) ?? 0n;
      const { wasLeftInOrder: cleanShutdown } = found;
      const config = this.#configOf(topic);
      this.#add(await checkLog({ fileSystem, directory, config, nowMs, recoveryPoint, cleanShutdown, logStartOffset }));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell('damage', systemErrorCode(error) === undefined ? why : `${directory}: cannot be read: ${why}`);
    }
  }

  /** Whether the folder is there and this topic's; the next start makes it where it is not. */
  #belongs(directory: string, { id, name }: StoredTopic, recoveryPoint: bigint): boolean {
    const { fileSystem } = this.#options;
    const owner = fileSystem.stat(directory) && (readPartitionMetadata(fileSystem, directory) ?? 'nobody');
    if (owner === id || owner === 'nobody') return true;
    const what = owner === undefined ? 'is missing' : `belongs to another topic (${owner})`;
    const isLost = recoveryPoint > 0n;
    const after = isLost ? `but ${name} had records up to offset ${recoveryPoint}` : 'the next start makes a new one';
    this.#tell(isLost ? 'damage' : 'repair', `${directory}: ${what}; ${after}`);
    return false;
  }

  #configOf({ configs }: StoredTopic) {
    const { flushPolicy, flushIntervalMs, producerIdExpirationMs } = defaultLogConfig;
    const effective = (name: string) => configs[name] ?? this.#settings.topicDefault(name);
    return logConfigFrom(effective, { flushPolicy, flushIntervalMs, producerIdExpirationMs });
  }

  #add({ repairs, damages, ...counts }: Awaited<ReturnType<typeof checkLog>>): void {
    const { found } = this.#options;
    found.segments += counts.segments;
    found.batches += counts.batches;
    found.records += counts.records;
    found.sizeBytes += counts.sizeBytes;
    for (const what of repairs) this.#tell('repair', what);
    for (const what of damages) this.#tell('damage', what);
  }

  #tell(kind: Finding['kind'], what: string): void {
    this.#options.found.findings.push({ kind, what });
  }
}
