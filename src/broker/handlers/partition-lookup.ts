import { zeroUuid } from '../../wire/codec/primitives.ts';
import type { ErrorName } from '../../wire/error-codes.ts';
import type { Partition, Topic } from '../metadata/topic.ts';
import type { TopicRegistry } from '../metadata/topic-registry.ts';

/** A request names a topic by its name or, in newer versions, by its id; the other field then has its zero value. */
export interface TopicReference {
  name: string;
  topicId: string;
}

/** The topic, or the error with which Kafka answers for all of its partitions. */
export function findTopic(topics: TopicRegistry, { name, topicId }: TopicReference): Topic | ErrorName {
  if (topicId !== zeroUuid) return topics.byId(topicId) ?? 'UNKNOWN_TOPIC_ID';
  return topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION';
}

export function findPartition(topic: Topic | ErrorName, index: number): Partition | ErrorName {
  if (typeof topic === 'string') return topic;
  return topic.partitions[index] ?? 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** Checks the leader epoch that a client believes in; −1 asks for no check. */
export function checkLeaderEpoch(clientEpoch: number, leaderEpoch: number): ErrorName {
  if (clientEpoch < 0 || clientEpoch === leaderEpoch) return 'NONE';
  return clientEpoch < leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}
