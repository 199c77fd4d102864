/** OffsetDelete: forgets committed offsets of topics that no member of the group is subscribed to. As in Apache Kafka. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { offsetDeleteRequest, offsetDeleteResponse } from '../../wire/messages/47-offset-delete.ts';
import { subscribedTopics } from '../groups/subscriptions.ts';
import { serveApi } from '../handler.ts';
import { findPartition } from './partition-lookup.ts';

export const offsetDeleteHandler = serveApi({
  request: offsetDeleteRequest,
  response: offsetDeleteResponse,
  versions: [0, 0],
  async handle({ groupId, topics }, { broker }) {
    const coordinated = broker.groups.get(groupId);
    if (coordinated === undefined) {
      return { errorCode: groupId === '' ? errorCode.INVALID_GROUP_ID : errorCode.GROUP_ID_NOT_FOUND, topics: [] };
    }
    const subscribed = subscribedTopics(coordinated.group);
    if (subscribed === undefined) return { errorCode: errorCode.NON_EMPTY_GROUP, topics: [] };
    const answers = topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        partitions.map(async ({ partitionIndex }) => {
          const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
          const refusal: ErrorName | undefined =
            typeof target === 'string' ? target : subscribed.has(name) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : undefined;
          const where = [{ topic: name, partition: partitionIndex }];
          return {
            partitionIndex,
            errorCode: errorCode[refusal ?? (await broker.groups.deleteOffsets(groupId, where))],
          };
        }),
      ),
    }));
    return { errorCode: errorCode.NONE, topics: await Promise.all(answers) };
  },
});
