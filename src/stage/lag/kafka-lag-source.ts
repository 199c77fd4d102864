import { Admin, ConfigResourceTypes, ListOffsetTimestamps } from '@platformatic/kafka';
import { brokerFault } from '../kafka-errors.ts';
import type { GroupReading, LagReading, LagSource } from './lag-source.ts';
import type { RetentionLimits } from './retention-horizon.ts';

export interface KafkaLagSourceOptions {
  brokers: readonly string[];
  clientId: string;
  topic: string;
}

/** Sizes and configs change slowly: they are asked for at every fifth reading. */
const slowEvery = 5;

/** Reads a topic's offsets, sizes and configs, and its groups' positions and members, from any Kafka broker. */
export function openKafkaLagSource(options: KafkaLagSourceOptions): LagSource {
  return new KafkaLagSource(options);
}

class KafkaLagSource implements LagSource {
  readonly #options: KafkaLagSourceOptions;
  readonly #admin: Admin;
  readonly #members = new Map<string, number>();
  #readings = 0;
  #partitions = 0;
  #sizes: ReadonlyMap<number, number> = new Map();
  #limits: RetentionLimits = { retentionMs: -1, retentionBytes: -1 };

  constructor(options: KafkaLagSourceOptions) {
    this.#options = options;
    const { brokers, clientId } = options;
    this.#admin = new Admin({ clientId, bootstrapBrokers: [...brokers], retries: 1, retryDelay: 200 });
  }

  read(groups: readonly string[]): Promise<LagReading> {
    return this.#asking('reading the lag', async () => {
      if (this.#readings++ % slowEvery === 0) await this.#readSlowThings();
      // Positions first: a position read after the end could lie beyond it.
      const positions = await this.#readGroups(groups);
      const [starts, ends] = await Promise.all([
        this.#offsets(ListOffsetTimestamps.EARLIEST),
        this.#offsets(ListOffsetTimestamps.LATEST),
      ]);
      const partitions = Array.from({ length: this.#partitions }, (_, partition) => ({
        partition,
        startOffset: starts.get(partition) ?? 0,
        endOffset: ends.get(partition) ?? 0,
        sizeBytes: this.#sizes.get(partition) ?? 0,
      }));
      return { partitions, groups: positions, limits: this.#limits };
    });
  }

  offsetsAt(timeMs: number): Promise<ReadonlyMap<number, number>> {
    return this.#asking('reading old offsets', async () => {
      const found = await this.#offsets(BigInt(Math.floor(timeMs)));
      // −1: nothing is as young as that; the caller knows the end itself.
      return new Map([...found].filter(([, offset]) => offset >= 0));
    });
  }

  deleteBefore(offsets: ReadonlyMap<number, number>): Promise<void> {
    return this.#asking('deleting records', async () => {
      const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: BigInt(offset) }));
      await this.#admin.deleteRecords({ topics: [{ name: this.#options.topic, partitions }] });
    });
  }

  async close(): Promise<void> {
    await this.#admin.close().catch(() => {});
  }

  async #readSlowThings(): Promise<void> {
    const { topic } = this.#options;
    const metadata = await this.#admin.metadata({ topics: [topic], forceUpdate: true });
    this.#partitions = metadata.topics.get(topic)?.partitionsCount ?? 0;
    this.#sizes = await this.#readSizes();
    this.#limits = await this.#readLimits();
  }

  /** The largest of a partition's replicas: the others may lag behind it. */
  async #readSizes(): Promise<Map<number, number>> {
    const { topic } = this.#options;
    const partitions = Array.from({ length: this.#partitions }, (_, index) => index);
    const sizes = new Map<number, number>();
    for (const { results } of await this.#admin.describeLogDirs({ topics: [{ name: topic, partitions }] })) {
      for (const { partitionIndex, partitionSize } of results
        .flatMap(({ topics }) => topics)
        .flatMap((each) => each.partitions))
        sizes.set(partitionIndex, Math.max(sizes.get(partitionIndex) ?? 0, Number(partitionSize)));
    }
    return sizes;
  }

  async #readLimits(): Promise<RetentionLimits> {
    const configurationKeys = ['retention.ms', 'retention.bytes', 'cleanup.policy'];
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: this.#options.topic, configurationKeys };
    const [described] = await this.#admin.describeConfigs({ resources: [resource] });
    const values = new Map(described?.configs.map(({ name, value }) => [name, value]));
    if (!(values.get('cleanup.policy') ?? 'delete').includes('delete')) return { retentionMs: -1, retentionBytes: -1 };
    return {
      retentionMs: Number(values.get('retention.ms') ?? -1),
      retentionBytes: Number(values.get('retention.bytes') ?? -1),
    };
  }

  async #readGroups(groups: readonly string[]): Promise<Map<string, GroupReading>> {
    if (groups.length === 0) return new Map();
    const listed = await this.#admin.listConsumerGroupOffsets({ groups: [...groups] });
    await this.#countMembers(groups);
    return new Map(
      listed.map(({ groupId, topics }) => {
        const partitions = topics.find(({ name }) => name === this.#options.topic)?.partitions ?? [];
        const known = partitions.filter(({ committedOffset }) => committedOffset >= 0n);
        const committed = new Map(known.map((each) => [each.partitionIndex, Number(each.committedOffset)]));
        return [groupId, { committed, members: this.#members.get(groupId) ?? 0 }];
      }),
    );
  }

  /** In the middle of a rebalance a member has no assignment that the client could read: what was known holds. */
  async #countMembers(groups: readonly string[]): Promise<void> {
    const described = await this.#admin.describeGroups({ groups: [...groups] }).catch(() => undefined);
    for (const [group, { members }] of described ?? []) this.#members.set(group, members.size);
  }

  async #offsets(timestamp: bigint): Promise<Map<number, number>> {
    const partitions = Array.from({ length: this.#partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    if (partitions.length === 0) return new Map();
    const [listed] = await this.#admin.listOffsets({ topics: [{ name: this.#options.topic, partitions }] });
    return new Map(listed?.partitions.map((each) => [each.partitionIndex, Number(each.offset)]));
  }

  async #asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw brokerFault(this.#options.brokers, what, cause);
    }
  }
}
