import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
} from '@platformatic/kafka';
import type { TopicDefinition } from '../topics/topic-names.ts';
import { brokerFault, hasKafkaError } from './kafka-errors.ts';

export interface AdminOptions {
  brokers: readonly string[];
  clientId: string;
}

export interface PartitionDescription {
  partition: number;
  leader: number;
  replicas: number[];
  inSyncReplicas: number[];
  logStartOffset: bigint;
  logEndOffset: bigint;
}

export interface TopicDescription {
  name: string;
  id: string;
  partitions: PartitionDescription[];
}

/** Runs `work` with an admin client and closes it. @throws BROKER_UNREACHABLE for anything that Kafka or the network refuses */
async function withAdmin<T>(
  options: AdminOptions,
  what: string,
  work: (admin: Admin) => Promise<T>,
  retries = 3,
): Promise<T> {
  const admin = new Admin({
    clientId: options.clientId,
    bootstrapBrokers: [...options.brokers],
    retries,
    retryDelay: 200,
  });
  try {
    return await work(admin);
  } catch (cause) {
    throw brokerFault(options.brokers, what, cause);
  } finally {
    await admin.close().catch(() => {});
  }
}

/** Waits until a broker answers. @throws BROKER_UNREACHABLE after `timeoutMs` */
export async function waitForBroker(options: AdminOptions & { timeoutMs: number }): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    try {
      await withAdmin(options, 'reading the metadata', (admin) => admin.metadata({ topics: [] }), 0);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Creates the topics that are missing; topics that are there stay as they are. On a cluster each gets as many replicas
 * as there are brokers, three at most; with three, two of them must have a record before it is acknowledged.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function ensureTopics(options: AdminOptions & { topics: readonly TopicDefinition[] }): Promise<void> {
  await withAdmin(options, 'creating the topics', async (admin) => {
    const there = new Set(await admin.listTopics({ includeInternals: true }));
    const missing = options.topics.filter((topic) => !there.has(topic.name));
    if (missing.length === 0) return;
    const { brokers } = await admin.metadata({ topics: [] });
    const replicas = Math.min(3, brokers.size);
    for (const { name, partitions, configs } of missing) {
      try {
        await admin.createTopics({
          topics: [{ topic: name, partitions, replicas }],
          configs: Object.entries({ ...(replicas === 3 ? safeWithThree : {}), ...configs }).map(
            ([configName, value]) => ({
              name: configName,
              value,
            }),
          ),
        });
      } catch (error) {
        // Another part was quicker.
        if (!hasKafkaError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
      }
    }
  });
}

/** One replica may fail, and records are still acknowledged and kept. */
const safeWithThree = { 'min.insync.replicas': '2' };

/** @throws BROKER_UNREACHABLE */
export function listTopics(options: AdminOptions & { includeInternal?: boolean }): Promise<string[]> {
  return withAdmin(options, 'listing the topics', async (admin) => {
    const names = await admin.listTopics({ includeInternals: options.includeInternal ?? false });
    return names.sort();
  });
}

/** @throws BROKER_UNREACHABLE, also when the topic does not exist */
export function describeTopic(options: AdminOptions & { topic: string }): Promise<TopicDescription> {
  const { topic: name } = options;
  return withAdmin(options, `describing the topic "${name}"`, async (admin) => {
    const topic = (await admin.metadata({ topics: [name] })).topics.get(name);
    const count = topic?.partitionsCount ?? 0;
    const starts = await offsetsAt(admin, name, count, ListOffsetTimestamps.EARLIEST);
    const ends = await offsetsAt(admin, name, count, ListOffsetTimestamps.LATEST);
    const partitions = (topic?.partitions ?? []).map((each, partition) => ({
      partition,
      leader: each.leader,
      replicas: each.replicas,
      inSyncReplicas: each.isr,
      logStartOffset: starts.get(partition) ?? -1n,
      logEndOffset: ends.get(partition) ?? -1n,
    }));
    return { name, id: topic?.id ?? '', partitions };
  });
}

/** @throws BROKER_UNREACHABLE, also when the topic does not exist */
export function deleteTopic(options: AdminOptions & { topic: string }): Promise<void> {
  return withAdmin(options, `deleting the topic "${options.topic}"`, (admin) =>
    admin.deleteTopics({ topics: [options.topic] }),
  );
}

/** Sets some configs of a topic, under Kafka's own names, and leaves the others. @throws BROKER_UNREACHABLE */
export function setTopicConfigs(
  options: AdminOptions & { topic: string; configs: Readonly<Record<string, string>> },
): Promise<void> {
  const { topic, configs } = options;
  return withAdmin(options, `setting configs of "${topic}"`, (admin) =>
    admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: topic,
          configs: Object.entries(configs).map(([name, value]) => ({
            name,
            value,
            configOperation: IncrementalAlterConfigOperationTypes.SET,
          })),
        },
      ],
    }),
  );
}

/**
 * The first offset of each partition whose record is not older than `timestampMs`; the log end offset where there is none.
 *
 * @throws BROKER_UNREACHABLE, also when the topic does not exist
 */
export function offsetsAtTime(
  options: AdminOptions & { topic: string; timestampMs: number },
): Promise<Map<number, bigint>> {
  const { topic, timestampMs } = options;
  return withAdmin(options, `listing the offsets of "${topic}"`, async (admin) => {
    const count = (await admin.metadata({ topics: [topic] })).topics.get(topic)?.partitionsCount ?? 0;
    const found = await offsetsAt(admin, topic, count, BigInt(Math.floor(timestampMs)));
    const ends = await offsetsAt(admin, topic, count, ListOffsetTimestamps.LATEST);
    return new Map([...ends].map(([partition, end]) => [partition, orElse(found.get(partition), end)]));
  });
}

/** The names of all consumer groups. @throws BROKER_UNREACHABLE */
export function listGroups(options: AdminOptions): Promise<string[]> {
  return withAdmin(options, 'listing the groups', async (admin) => [...(await admin.listGroups()).keys()].sort());
}

/** How many members a consumer group has now. @throws BROKER_UNREACHABLE */
export function membersOf(options: AdminOptions & { groupId: string }): Promise<number> {
  const { groupId } = options;
  return withAdmin(options, `asking for the members of "${groupId}"`, async (admin) => {
    const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
    return group?.members.size ?? 0;
  });
}

/** What a group has committed of a topic, by partition; those without a commit are left out. @throws BROKER_UNREACHABLE */
export function committedOffsets(
  options: AdminOptions & { groupId: string; topic: string },
): Promise<Map<number, bigint>> {
  const { groupId, topic } = options;
  return withAdmin(options, `reading the offsets of "${groupId}"`, async (admin) => {
    const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
    const partitions = group?.topics.find(({ name }) => name === topic)?.partitions ?? [];
    return new Map(
      partitions
        .filter((each) => each.committedOffset >= 0n)
        .map((each) => [each.partitionIndex, each.committedOffset]),
    );
  });
}

/** Commits offsets for a group that has no members. @throws BROKER_UNREACHABLE */
export function commitOffsets(
  options: AdminOptions & { groupId: string; topic: string; offsets: ReadonlyMap<number, bigint> },
): Promise<void> {
  const { groupId, topic, offsets } = options;
  const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset }));
  return withAdmin(options, `committing the offsets of "${groupId}"`, (admin) =>
    admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionOffsets }] }),
  );
}

/** Kafka answers −1 where no record is young enough. */
function orElse(offset: bigint | undefined, end: bigint): bigint {
  return offset === undefined || offset < 0n ? end : offset;
}

async function offsetsAt(admin: Admin, name: string, count: number, timestamp: bigint): Promise<Map<number, bigint>> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
  const [listed] = await admin.listOffsets({ topics: [{ name, partitions }] });
  return new Map(listed?.partitions.map((each) => [each.partitionIndex, each.offset]));
}
