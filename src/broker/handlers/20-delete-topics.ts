/** DeleteTopics: when the answer comes no crash can bring the topics back. Internal topics can be deleted too, as in Apache Kafka. */
import { zeroUuid } from '../../wire/codec/primitives.ts';
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type DeleteTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../wire/messages/20-delete-topics.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { findTopic } from './partition-lookup.ts';

type Answer = DeleteTopicsResponse['responses'][number];
const idsSince = 6;

export const deleteTopicsHandler = serveApi({
  request: deleteTopicsRequest,
  response: deleteTopicsResponse,
  versions: [1, 6],
  async handle(request, context) {
    const byName = request.topicNames.map((name) => ({ name, topicId: zeroUuid }));
    const wanted = context.apiVersion >= idsSince ? request.topics : byName;
    return { responses: await Promise.all(wanted.map((topic) => remove(topic, context))) };
  },
});

async function remove(wanted: { name: string | null; topicId: string }, { broker }: RequestContext): Promise<Answer> {
  const { name, topicId } = wanted;
  if (name !== null && topicId !== zeroUuid) {
    return failed(wanted, 'INVALID_REQUEST', 'Topic name and topic id can not both be given.');
  }
  if (!broker.settings.isOn('delete.topic.enable')) {
    return failed(wanted, 'TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.');
  }
  const topic = findTopic(broker.topics, { name: name ?? '', topicId });
  if (typeof topic === 'string') return failed(wanted, topic, 'This server does not host this topic-partition.');
  const outcome = await broker.topics.delete(topic);
  if (!outcome.ok) return failed(wanted, outcome.error, outcome.message);
  return { name: topic.name, topicId: topic.id, errorCode: errorCode.NONE, errorMessage: null };
}

function failed(wanted: { name: string | null; topicId: string }, error: ErrorName, errorMessage: string): Answer {
  return { ...wanted, errorCode: errorCode[error], errorMessage };
}
