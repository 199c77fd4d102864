/** DescribeTopicPartitions: metadata of topics in pages, in the order of their names. As in Apache Kafka. */
import { zeroUuid } from '../../wire/codec/primitives.ts';
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from '../../wire/messages/75-describe-topic-partitions.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { checkTopicName, type Partition } from '../metadata/topic.ts';
import { topicOperations } from './authorized-operations.ts';

type TopicAnswer = DescribeTopicPartitionsResponse['topics'][number];
type Cursor = { topicName: string; partitionIndex: number };
const largestPage = 2000;

export const describeTopicPartitionsHandler = serveApi({
  request: describeTopicPartitionsRequest,
  response: describeTopicPartitionsResponse,
  versions: [0, 0],
  handle(request, { broker }) {
    const { cursor } = request;
    const names = wantedNames(request, broker).filter((name) => cursor === null || name >= cursor.topicName);
    let left = Math.min(Math.max(1, request.responsePartitionLimit), largestPage);
    const topics: TopicAnswer[] = [];
    for (const name of names) {
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0;
      if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } };
      const { answer, next } = describe(name, { from, limit: left }, broker);
      topics.push(answer);
      if (next !== undefined) return { topics, nextCursor: next };
      left -= answer.partitions.length;
    }
    return { topics, nextCursor: null };
  },
});

function wantedNames({ topics }: DescribeTopicPartitionsRequest, broker: RequestContext['broker']): string[] {
  const asked = topics.map(({ name }) => name);
  const names = asked.length > 0 ? asked : [...broker.topics.all()].map(({ name }) => name);
  return [...new Set(names)].sort();
}

function describe(
  name: string,
  { from, limit }: { from: number; limit: number },
  broker: RequestContext['broker'],
): { answer: TopicAnswer; next: Cursor | undefined } {
  const topic = broker.topics.get(name);
  if (topic === undefined) {
    const isIllegal = checkTopicName(name) !== undefined;
    return {
      answer: failed(name, isIllegal ? 'INVALID_TOPIC_EXCEPTION' : 'UNKNOWN_TOPIC_OR_PARTITION'),
      next: undefined,
    };
  }
  const page = topic.partitions.slice(from, from + limit);
  const hasMore = from + page.length < topic.partitions.length;
  const answer: TopicAnswer = {
    errorCode: errorCode.NONE,
    name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    partitions: page.map((partition) => describePartition(partition, broker)),
    topicAuthorizedOperations: topicOperations,
  };
  return { answer, next: hasMore ? { topicName: name, partitionIndex: from + page.length } : undefined };
}

function describePartition({ index }: Partition, { nodeId, leaderEpoch }: RequestContext['broker']) {
  return {
    errorCode: errorCode.NONE,
    partitionIndex: index,
    leaderId: nodeId,
    leaderEpoch,
    replicaNodes: [nodeId],
    isrNodes: [nodeId],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: [],
  };
}

function failed(name: string, error: ErrorName): TopicAnswer {
  return { errorCode: errorCode[error], name, topicId: zeroUuid, partitions: [] };
}
