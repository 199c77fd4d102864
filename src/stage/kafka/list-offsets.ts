import type { ClusterMetadata } from '@platformatic/kafka';
import type { KafkaLink } from './link.ts';
import { partitionName, type TopicPartition } from './sticky-assignment.ts';

export interface OffsetsAsked {
  /** Milliseconds since 1970, or one of the ends. */
  timestamp: bigint;
  /** The latest offset is the log's end, or what readers of committed records see. */
  isolation: 'read-committed' | 'read-uncommitted';
}

export const latest = -1n;
export const earliest = -2n;

const isolationLevels = { 'read-uncommitted': 0, 'read-committed': 1 } as const;
const ordinaryClient = -1;

/**
 * Asks the leaders of partitions for an offset of each. Who leads them is asked first.
 *
 * @returns by name of the partition; −1 where no record is young enough
 * @throws what the brokers answer
 */
export async function listOffsets(
  link: KafkaLink,
  partitions: readonly TopicPartition[],
  asked: OffsetsAsked,
): Promise<Map<string, bigint>> {
  const metadata = await link.metadata([...new Set(partitions.map(({ topic }) => topic))], { isStale: true });
  return askLeaders(link, metadata, { ...asked, partitions });
}

/**
 * Where topics end, open transactions included. How many partitions they have is asked first.
 *
 * @returns for each topic the log end offsets of its partitions: the index is the partition
 * @throws what the brokers answer
 */
export async function endsOfTopics(link: KafkaLink, names: readonly string[]): Promise<bigint[][]> {
  const metadata = await link.metadata(names, { isStale: true });
  const topics = names.map((topic) =>
    Array.from({ length: metadata.topics.get(topic)?.partitionsCount ?? 0 }, (_, partition) => ({ topic, partition })),
  );
  const asked = { timestamp: latest, isolation: 'read-uncommitted' } as const;
  const offsets = await askLeaders(link, metadata, { ...asked, partitions: topics.flat() });
  return topics.map((partitions) => partitions.map((each) => offsets.get(partitionName(each)) ?? 0n));
}

/** One request for each leader. */
async function askLeaders(
  link: KafkaLink,
  { topics }: ClusterMetadata,
  { partitions, timestamp, isolation }: OffsetsAsked & { partitions: readonly TopicPartition[] },
): Promise<Map<string, bigint>> {
  const leaderOf = ({ topic, partition }: TopicPartition) => topics.get(topic)?.partitions[partition]?.leader ?? -1;
  const offsets = new Map<string, bigint>();
  for (const [leader, led] of Map.groupBy(partitions, leaderOf)) {
    const request = [...Map.groupBy(led, ({ topic }) => topic)].map(([name, each]) => ({
      name,
      partitions: each.map(({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp })),
    }));
    const answer = await link.request('ListOffsets', leader, [ordinaryClient, isolationLevels[isolation], request]);
    for (const { name: topic, partitions: each } of answer.topics) {
      for (const { partitionIndex: partition, offset } of each)
        offsets.set(partitionName({ topic, partition }), offset);
    }
  }
  return offsets;
}
