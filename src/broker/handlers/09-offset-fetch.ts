/**
 * OffsetFetch: how far groups have read. A group or partition that is not known has offset −1 and no error.
 *
 * Topics are named by name; version 10 is not served. Member ids and epochs are not checked: they belong to the newer group
 * protocol.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type OffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '../../wire/messages/09-offset-fetch.ts';
import type { CommittedOffsets } from '../groups/committed-offsets.ts';
import { serveApi } from '../handler.ts';

const manyGroupsSince = 8;

interface WantedTopic {
  name: string;
  partitionIndexes: readonly number[];
}

export const offsetFetchHandler = serveApi({
  request: offsetFetchRequest,
  response: offsetFetchResponse,
  versions: [1, 9],
  handle(request, { broker, apiVersion }) {
    const fetch = (groupId: string, topics: readonly WantedTopic[] | null) =>
      offsetsOf(broker.groups.get(groupId)?.offsets, topics, request.requireStable);
    if (apiVersion < manyGroupsSince) return { topics: fetch(request.groupId, request.topics), groups: [] };
    return { topics: [], groups: request.groups.map((group) => fetchGroup(group, fetch)) };
  },
});

function fetchGroup(
  { groupId, topics }: OffsetFetchRequest['groups'][number],
  fetch: (groupId: string, topics: readonly WantedTopic[] | null) => ReturnType<typeof offsetsOf>,
) {
  return { groupId, topics: fetch(groupId, topics), errorCode: errorCode.NONE };
}

function offsetsOf(
  offsets: CommittedOffsets | undefined,
  topics: readonly WantedTopic[] | null,
  requireStable: boolean,
) {
  return (topics ?? allTopics(offsets)).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => offsetOf(offsets, { topic: name, partition }, requireStable)),
  }));
}

function allTopics(offsets: CommittedOffsets | undefined): WantedTopic[] {
  const topics = new Map<string, number[]>();
  for (const [{ topic, partition }] of offsets?.entries() ?? []) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }));
}

function offsetOf(
  offsets: CommittedOffsets | undefined,
  where: { topic: string; partition: number },
  requireStable: boolean,
) {
  const isUnstable = requireStable && offsets?.isPending(where) === true;
  const committed = isUnstable ? undefined : offsets?.get(where);
  const error: ErrorName = isUnstable ? 'UNSTABLE_OFFSET_COMMIT' : 'NONE';
  return {
    partitionIndex: where.partition,
    committedOffset: committed?.offset ?? -1n,
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode: errorCode[error],
  };
}
