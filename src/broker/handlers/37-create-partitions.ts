/** CreatePartitions: gives topics more partitions; every topic of the request gets an answer. Assignments may name this broker only. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type CreatePartitionsRequest,
  createPartitionsRequest,
  createPartitionsResponse,
} from '../../wire/messages/37-create-partitions.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import type { Topic } from '../metadata/topic.ts';

type WantedTopic = CreatePartitionsRequest['topics'][number];
type Problem = { error: ErrorName; message: string };

export const createPartitionsHandler = serveApi({
  request: createPartitionsRequest,
  response: createPartitionsResponse,
  versions: [0, 3],
  async handle(request, context) {
    const names = request.topics.map((topic) => topic.name);
    const results = request.topics.map(async (wanted, i) => {
      const isRepeated = names.indexOf(wanted.name) !== i || names.lastIndexOf(wanted.name) !== i;
      const problem = isRepeated ? repeated : await grow(wanted, request.validateOnly, context);
      return {
        name: wanted.name,
        errorCode: errorCode[problem?.error ?? 'NONE'],
        errorMessage: problem?.message ?? null,
      };
    });
    return { results: await Promise.all(results) };
  },
});

const repeated: Problem = { error: 'INVALID_REQUEST', message: 'Duplicate topic name.' };

async function grow(
  wanted: WantedTopic,
  validateOnly: boolean,
  { broker }: RequestContext,
): Promise<Problem | undefined> {
  const topic = broker.topics.get(wanted.name);
  if (topic === undefined) {
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `The topic '${wanted.name}' does not exist.` };
  }
  const problem = checkCount(topic, wanted, broker.nodeId);
  if (problem !== undefined || validateOnly) return problem;
  const outcome = await broker.topics.addPartitions(topic, wanted.count);
  return outcome.ok ? undefined : outcome;
}

function checkCount(topic: Topic, { count, assignments }: WantedTopic, nodeId: number): Problem | undefined {
  const before = topic.partitions.length;
  if (count === before) {
    return { error: 'INVALID_PARTITIONS', message: `Topic already has ${before} partition(s).` };
  }
  if (count < before) {
    const message = `The topic ${topic.name} currently has ${before} partition(s); ${count} would not be an increase.`;
    return { error: 'INVALID_PARTITIONS', message };
  }
  if (assignments === null) return undefined;
  const isHere = assignments.every(({ brokerIds }) => brokerIds.length === 1 && brokerIds[0] === nodeId);
  if (isHere && assignments.length === count - before) return undefined;
  const message = `The assignment must name broker ${nodeId} for each of the ${count - before} new partition(s).`;
  return { error: 'INVALID_REPLICA_ASSIGNMENT', message };
}
