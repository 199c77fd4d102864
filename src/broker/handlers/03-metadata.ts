/**
 * Metadata: the brokers and the partitions of topics; may create topics that are asked for by name.
 *
 * Differs from Apache Kafka: a topic is created before the answer, not after a few more requests.
 */
import { zeroUuid } from '../../wire/codec/primitives.ts';
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type MetadataRequest,
  type MetadataResponse,
  metadataRequest,
  metadataResponse,
} from '../../wire/messages/03-metadata.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { checkTopicName, type Topic } from '../metadata/topic.ts';
import { clusterOperations, operationsNotAsked, topicOperations } from './authorized-operations.ts';

const topicIdsSince = 12;

type TopicAnswer = MetadataResponse['topics'][number];
type WantedTopic = NonNullable<MetadataRequest['topics']>[number];

export const metadataHandler = serveApi({
  request: metadataRequest,
  response: metadataResponse,
  versions: [0, 13],
  handle: metadata,
});

async function metadata(request: MetadataRequest, context: RequestContext) {
  const { broker, apiVersion, connection } = context;
  const operations = request.includeTopicAuthorizedOperations ? topicOperations : operationsNotAsked;
  // In version 0 an empty list stands for all topics; later null does.
  const wantsAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0);
  const topics: TopicAnswer[] = wantsAll
    ? [...broker.topics.all()].map((topic) => describe(topic, context, operations))
    : await Promise.all((request.topics ?? []).map((wanted) => one(wanted, request, context, operations)));
  return {
    brokers: [{ nodeId: broker.nodeId, ...broker.addressFor(connection) }],
    clusterId: broker.clusterId,
    controllerId: broker.nodeId,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  };
}

async function one(wanted: WantedTopic, request: MetadataRequest, context: RequestContext, operations: number) {
  const { topics, settings } = context.broker;
  const { name, topicId } = wanted;
  // Versions 10 and 11 have a field for the id that no broker takes.
  const hasNoId = context.apiVersion < topicIdsSince;
  if (hasNoId && (name === null || topicId !== zeroUuid))
    return failed({ name: name ?? '', topicId }, 'INVALID_REQUEST');
  if (name === null || topicId !== zeroUuid) {
    const topic = topics.byId(topicId);
    return topic === undefined
      ? failed({ name: null, topicId }, 'UNKNOWN_TOPIC_ID')
      : describe(topic, context, operations);
  }
  const topic = topics.get(name);
  if (topic !== undefined) return describe(topic, context, operations);
  if (checkTopicName(name) !== undefined) return failed(wanted, 'INVALID_TOPIC_EXCEPTION');
  const mayCreate = request.allowAutoTopicCreation && settings.isOn('auto.create.topics.enable');
  return mayCreate ? create(wanted, name, context, operations) : failed(wanted, 'UNKNOWN_TOPIC_OR_PARTITION');
}

async function create(wanted: WantedTopic, name: string, context: RequestContext, operations: number) {
  const { topics, settings } = context.broker;
  const created = await topics.create({ name, partitions: settings.number('num.partitions'), configs: new Map() });
  if (created.ok) return describe(created.topic, context, operations);
  const existing = topics.get(name);
  return existing === undefined ? failed(wanted, created.error) : describe(existing, context, operations);
}

function describe(topic: Topic, { broker }: RequestContext, operations: number): TopicAnswer {
  const { nodeId, leaderEpoch } = broker;
  return {
    errorCode: errorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    partitions: topic.partitions.map(({ index }) => ({
      errorCode: errorCode.NONE,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
    })),
    topicAuthorizedOperations: operations,
  };
}

function failed(wanted: { name: string | null; topicId: string }, error: ErrorName): TopicAnswer {
  return { errorCode: errorCode[error], name: wanted.name, topicId: wanted.topicId, partitions: [] };
}
