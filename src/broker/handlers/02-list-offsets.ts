/**
 * ListOffsets: the offset of a time, of the beginning (−2), the end (−1), the record with the largest timestamp (−3), the first
 * local record (−4) and the last tiered one (−5).
 *
 * Differs from Apache Kafka: nothing is tiered, so −4 is −2 and −5 finds nothing.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type ListOffsetsRequest,
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../wire/messages/02-list-offsets.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import type { Partition } from '../metadata/topic.ts';
import { checkLeaderEpoch, findPartition } from './partition-lookup.ts';

const latest = -1n;
const earliest = -2n;
const maxTimestamp = -3n;
const earliestLocal = -4n;
const latestTiered = -5n;
/** The version from which on a special timestamp is understood. */
const specialSince = new Map([
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [-6n, 11],
]);
const readCommitted = 1;

type WantedTopic = ListOffsetsRequest['topics'][number];
type WantedPartition = WantedTopic['partitions'][number];

export const listOffsetsHandler = serveApi({
  request: listOffsetsRequest,
  response: listOffsetsResponse,
  versions: [1, 10],
  handle: listOffsets,
});

function listOffsets(request: ListOffsetsRequest, context: RequestContext) {
  const doubled = partitionsNamedTwice(request.topics);
  const topics = [];
  for (const topic of request.topics) {
    const partitions = [];
    for (const partition of topic.partitions) {
      const isDoubled = doubled.has(`${topic.name}-${partition.partitionIndex}`);
      partitions.push(
        isDoubled
          ? failed(partition.partitionIndex, 'INVALID_REQUEST')
          : lookUp(topic.name, partition, request, context),
      );
    }
    topics.push({ name: topic.name, partitions });
  }
  return { topics };
}

function partitionsNamedTwice(topics: readonly WantedTopic[]): Set<string> {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`;
      if (seen.has(key)) doubled.add(key);
      seen.add(key);
    }
  }
  return doubled;
}

function lookUp(name: string, wanted: WantedPartition, request: ListOffsetsRequest, context: RequestContext) {
  const { partitionIndex, timestamp } = wanted;
  const { topics, leaderEpoch } = context.broker;
  if (timestamp < 0n && context.apiVersion < (specialSince.get(timestamp) ?? 0)) {
    return failed(partitionIndex, 'UNSUPPORTED_VERSION');
  }
  const partition = findPartition(topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
  if (typeof partition === 'string') return failed(partitionIndex, partition);
  const epochError = checkLeaderEpoch(wanted.currentLeaderEpoch, leaderEpoch);
  if (epochError !== 'NONE') return failed(partitionIndex, epochError);
  const found = offsetFor(partition, timestamp, request.isolationLevel === readCommitted);
  return { partitionIndex, errorCode: errorCode.NONE, ...found };
}

function offsetFor({ log }: Partition, timestamp: bigint, isCommitted: boolean) {
  const end = isCommitted ? log.lastStableOffset : log.highWatermark;
  if (timestamp === latest) return { offset: end, timestamp: -1n, leaderEpoch: log.leaderEpochAt(end) };
  if (timestamp === earliest || timestamp === earliestLocal) {
    return { offset: log.logStartOffset, timestamp: -1n, leaderEpoch: log.leaderEpochAt(log.logStartOffset) };
  }
  if (timestamp === latestTiered) return { offset: -1n, timestamp: -1n, leaderEpoch: -1 };
  const upTo = isCommitted ? 'lastStableOffset' : 'highWatermark';
  const found = timestamp === maxTimestamp ? log.offsetOfMaxTimestamp(upTo) : log.offsetForTimestamp(timestamp, upTo);
  if (found === undefined) return { offset: -1n, timestamp: -1n, leaderEpoch: -1 };
  return { offset: found.offset, timestamp: found.timestampMs, leaderEpoch: found.leaderEpoch };
}

function failed(partitionIndex: number, error: ErrorName) {
  return { partitionIndex, errorCode: errorCode[error], timestamp: -1n, offset: -1n, leaderEpoch: -1 };
}
