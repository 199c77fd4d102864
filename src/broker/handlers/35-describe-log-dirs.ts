/**
 * DescribeLogDirs: how many bytes each partition takes, and how much room the disk has.
 *
 * Differs from Apache Kafka: there is one data directory. Kept in memory, it has no size.
 */
import { statfs } from 'node:fs/promises';
import { errorCode } from '../../wire/error-codes.ts';
import {
  type DescribeLogDirsRequest,
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../../wire/messages/35-describe-log-dirs.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import type { Partition } from '../metadata/topic.ts';

export const describeLogDirsHandler = serveApi({
  request: describeLogDirsRequest,
  response: describeLogDirsResponse,
  versions: [1, 4],
  async handle(request, { broker }) {
    const topics = new Map<string, ReturnType<typeof describe>[]>();
    for (const partition of wantedPartitions(request, broker)) {
      const { name } = partition.topic;
      topics.set(name, [...(topics.get(name) ?? []), describe(partition)]);
    }
    const directory = {
      errorCode: errorCode.NONE,
      logDir: broker.dataDir ?? 'memory',
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
      ...(await roomOf(broker.dataDir)),
    };
    return { errorCode: errorCode.NONE, results: [directory] };
  },
});

function* wantedPartitions({ topics }: DescribeLogDirsRequest, { topics: registry }: RequestContext['broker']) {
  if (topics === null) {
    yield* registry.partitions();
    return;
  }
  for (const { topic, partitions } of topics) {
    for (const index of partitions) {
      const partition = registry.get(topic)?.partitions[index];
      if (partition !== undefined) yield partition;
    }
  }
}

function describe({ index, log }: Partition) {
  return { partitionIndex: index, partitionSize: BigInt(log.sizeBytes), offsetLag: 0n, isFutureKey: false };
}

async function roomOf(dataDir: string | undefined): Promise<{ totalBytes: bigint; usableBytes: bigint }> {
  if (dataDir === undefined) return { totalBytes: -1n, usableBytes: -1n };
  const { bsize, blocks, bavail } = await statfs(dataDir, { bigint: true });
  return { totalBytes: bsize * blocks, usableBytes: bsize * bavail };
}
