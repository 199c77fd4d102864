/**
 * CreateTopics: makes topics; they can be used when the answer comes.
 *
 * Differs from Apache Kafka: the replication factor is 1 (or −1, the default), and a manual assignment may name this broker
 * only.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  createTopicsRequest,
  createTopicsResponse,
} from '../../wire/messages/19-create-topics.ts';
import { configSources } from '../configs/broker-settings.ts';
import { checkTopicConfig, topicConfigs } from '../configs/topic-configs.ts';
import { type RequestContext, serveApi } from '../handler.ts';

type WantedTopic = CreateTopicsRequest['topics'][number];
type TopicAnswer = CreateTopicsResponse['topics'][number];
type Problem = { error: ErrorName; message: string };

const mostPartitions = 100_000;

export const createTopicsHandler = serveApi({
  request: createTopicsRequest,
  response: createTopicsResponse,
  versions: [2, 7],
  async handle(request, context) {
    const named = new Map<string, number>();
    for (const { name } of request.topics) named.set(name, (named.get(name) ?? 0) + 1);
    const answers = [...named].map(([name, count]) => {
      const wanted = request.topics.find((topic) => topic.name === name);
      const isClear = count === 1 && wanted !== undefined;
      return isClear ? create(wanted, request.validateOnly, context) : failed(name, duplicate);
    });
    return { topics: await Promise.all(answers) };
  },
});

const duplicate: Problem = { error: 'INVALID_REQUEST', message: 'Duplicate topic name.' };

async function create(wanted: WantedTopic, validateOnly: boolean, { broker }: RequestContext): Promise<TopicAnswer> {
  const { name } = wanted;
  const problem = broker.topics.checkNew(name) ?? checkPlacement(wanted, broker.nodeId) ?? checkConfigs(wanted);
  if (problem !== undefined) return failed(name, problem);
  const configs = new Map(
    wanted.configs.flatMap((config) => (config.value === null ? [] : [[config.name, config.value]])),
  );
  const partitions = partitionCount(wanted, broker.settings.number('num.partitions'));
  if (validateOnly) return describe(name, partitions, configs, { broker });
  const outcome = await broker.topics.create({ name, partitions, configs });
  if (!outcome.ok) return failed(name, outcome);
  return { ...describe(name, partitions, configs, { broker }), topicId: outcome.topic.id };
}

function partitionCount({ assignments, numPartitions }: WantedTopic, byDefault: number): number {
  if (assignments.length > 0) return assignments.length;
  return numPartitions === -1 ? byDefault : numPartitions;
}

function checkPlacement(wanted: WantedTopic, nodeId: number): Problem | undefined {
  const { assignments, numPartitions, replicationFactor } = wanted;
  if (assignments.length > 0) return checkAssignments(wanted, nodeId);
  if (numPartitions !== -1 && (numPartitions < 1 || numPartitions > mostPartitions)) {
    return {
      error: 'INVALID_PARTITIONS',
      message: `Number of partitions was set to an invalid value: ${numPartitions}.`,
    };
  }
  if (replicationFactor === 1 || replicationFactor === -1) return undefined;
  const message =
    replicationFactor < 1
      ? 'Replication factor must be larger than 0, or -1 to use the default value.'
      : `Unable to replicate the partition ${replicationFactor} time(s): only 1 broker(s) are registered.`;
  return { error: 'INVALID_REPLICATION_FACTOR', message };
}

function checkAssignments({ assignments, numPartitions, replicationFactor }: WantedTopic, nodeId: number) {
  const invalid = (message: string): Problem => ({ error: 'INVALID_REPLICA_ASSIGNMENT', message });
  if (numPartitions !== -1 || replicationFactor !== -1) {
    const message =
      'A manual partition assignment was specified, but the number of partitions or replicas was not set to -1.';
    return { error: 'INVALID_REQUEST', message } as const;
  }
  const indexes = new Set(assignments.map((assignment) => assignment.partitionIndex));
  const isDense = indexes.size === assignments.length && assignments.every((_, index) => indexes.has(index));
  if (!isDense) return invalid('The partitions of a manual assignment must be numbered from 0 without a gap.');
  const isHere = assignments.every(({ brokerIds }) => brokerIds.length === 1 && brokerIds[0] === nodeId);
  return isHere ? undefined : invalid(`The manual partition assignment names brokers other than ${nodeId}.`);
}

function checkConfigs({ configs }: WantedTopic): Problem | undefined {
  for (const { name, value } of configs) {
    const message = checkTopicConfig(name, value);
    if (message !== undefined) return { error: 'INVALID_CONFIG', message };
  }
  return undefined;
}

function describe(
  name: string,
  numPartitions: number,
  configs: ReadonlyMap<string, string>,
  { broker }: Pick<RequestContext, 'broker'>,
): TopicAnswer {
  return {
    name,
    errorCode: errorCode.NONE,
    errorMessage: null,
    numPartitions,
    replicationFactor: 1,
    configs: topicConfigs.map((definition) => ({
      name: definition.name,
      value: configs.get(definition.name) ?? broker.settings.topicDefault(definition.name),
      readOnly: false,
      configSource: configs.has(definition.name)
        ? configSources.topic
        : broker.settings.sourceOf(definition.synonym ?? ''),
      isSensitive: false,
    })),
  };
}

function failed(name: string, { error, message }: Problem): TopicAnswer {
  return { name, errorCode: errorCode[error], errorMessage: message, configs: null };
}
