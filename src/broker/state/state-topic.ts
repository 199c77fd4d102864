import { fault } from '../../base/errors.ts';
import { type RecordBatch, recordBatches } from '../../wire/record-batch.ts';
import { batchRecords, encodeBatch } from '../../wire/records.ts';
import type { Partition, Topic } from '../metadata/topic.ts';
import type { TopicRegistry } from '../metadata/topic-registry.ts';

/** What one record of a state topic says: the value of its key from now on, or (null) that the key is gone. */
export interface StateRecord {
  key: Buffer;
  value: Buffer | null;
}

/** Who writes on behalf of a transaction. */
export interface StateProducer {
  producerId: bigint;
  producerEpoch: number;
}

export type ReplayedBatch =
  | { kind: 'records'; records: StateRecord[]; producerId: bigint; isTransactional: boolean }
  | { kind: 'control'; key: Buffer; value: Buffer | null; producerId: bigint };

/**
 * An internal topic that holds the broker's own state as keys and values, in Apache Kafka's record formats. A key always
 * lives in the same partition: that of its name's hash.
 */
export class StateTopic {
  readonly name: string;
  readonly #topics: TopicRegistry;
  readonly #partitions: number;
  readonly #leaderEpoch: number;
  #creating: Promise<unknown> | undefined;

  constructor(name: string, options: { topics: TopicRegistry; partitions: number; leaderEpoch: number }) {
    this.name = name;
    this.#topics = options.topics;
    this.#partitions = options.partitions;
    this.#leaderEpoch = options.leaderEpoch;
  }

  get exists(): boolean {
    return this.#topics.get(this.name) !== undefined;
  }

  /** Makes the topic unless it is there. Rejects with KAFKA_STORAGE_ERROR's cause when that cannot be done. */
  async ensure(): Promise<void> {
    if (this.exists) return;
    this.#creating ??= this.#create().finally(() => {
      this.#creating = undefined;
    });
    await this.#creating;
  }

  async #create(): Promise<void> {
    const configs = new Map([
      ['cleanup.policy', 'compact'],
      ['compression.type', 'producer'],
      // Small segments: the active one is never compacted, and all of it is read at the start.
      ['segment.bytes', `${16 * 1024 * 1024}`],
    ]);
    const created = await this.#topics.create({
      name: this.name,
      partitions: this.#partitions,
      configs,
      isInternal: true,
    });
    if (!created.ok && !this.exists)
      throw fault('LOG_FAILED', `The topic ${this.name} cannot be made: ${created.message}`);
  }

  /** The partition that holds the state of this name. The topic must exist. */
  partitionFor(name: string): Partition {
    const topic = this.#require();
    const partition = topic.partitions[(javaHash(name) & 0x7fffffff) % topic.partitions.length];
    if (partition === undefined) throw fault('LOG_FAILED', `The topic ${this.name} has no partitions`);
    return partition;
  }

  /**
   * Appends one batch. The records take effect in the order of these calls.
   *
   * @returns when it is durable under the flush policy; rejects with LOG_FAILED or DISK_FULL
   */
  async write(name: string, records: readonly StateRecord[], producer?: StateProducer): Promise<void> {
    if (!this.exists) await this.ensure();
    await this.append(name, records, { ...(producer && { producer }) });
  }

  /**
   * Appends one batch at once. The topic must exist.
   *
   * @param options.isDeferred nobody waits for it: see `AppendOptions.isDeferred`
   * @returns when it is durable under the flush policy; rejects with LOG_FAILED. Nobody need listen
   * @throws LOG_FAILED or DISK_FULL: nothing was appended
   */
  append(
    name: string,
    records: readonly StateRecord[],
    { producer, isDeferred = false }: { producer?: StateProducer; isDeferred?: boolean } = {},
  ): Promise<void> {
    const timestamp = BigInt(Date.now());
    const batch = encodeBatch({ records, timestamp, ...(producer && { ...producer, isTransactional: true }) });
    const outcome = this.partitionFor(name).log.append(batch, {
      leaderEpoch: this.#leaderEpoch,
      origin: 'coordinator',
      isDeferred,
    });
    if (!outcome.ok) throw outcome.cause ?? fault('LOG_FAILED', `${this.name}: ${outcome.error}: ${outcome.message}`);
    return outcome.durable;
  }

  /** Reads everything, partition by partition, in order. */
  replay(onBatch: (batch: ReplayedBatch, partition: Partition) => void): void {
    for (const partition of this.#topics.get(this.name)?.partitions ?? []) replayPartition(partition, onBatch);
  }

  #require(): Topic {
    const topic = this.#topics.get(this.name);
    if (topic === undefined) throw fault('LOG_FAILED', `The topic ${this.name} does not exist`);
    return topic;
  }
}

const readBytes = 1024 * 1024;

function replayPartition(partition: Partition, onBatch: (batch: ReplayedBatch, partition: Partition) => void): void {
  const { log } = partition;
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const found = log.read(offset, readBytes, { minOneBatch: true, upTo: 'logEnd' });
    if (!found.ok)
      throw fault('LOG_CORRUPT', `${partition.topic.name}-${partition.index} at ${offset}: ${found.message}`);
    if (found.sizeBytes === 0) return;
    for (const buffer of found.buffers) {
      for (const batch of recordBatches(buffer)) {
        for (const each of replayed(batch)) onBatch(each, partition);
      }
    }
    offset = found.nextOffset;
  }
}

function replayed(batch: RecordBatch): ReplayedBatch[] {
  const { producerId } = batch;
  const records = [...batchRecords(batch)];
  if (batch.isControl) {
    return records.flatMap(({ key, value }) =>
      key === null ? [] : [{ kind: 'control' as const, key, value, producerId }],
    );
  }
  const state = records.flatMap(({ key, value }) => (key === null ? [] : [{ key, value }]));
  return [{ kind: 'records', records: state, producerId, isTransactional: batch.isTransactional }];
}

/** Java's `String.hashCode`, by which Apache Kafka chooses the partition of a group or a transaction. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}
