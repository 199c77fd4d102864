import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the partitions of topics, page by page.
 */
export const describeTopicPartitionsRequest = message(
  'DescribeTopicPartitionsRequest',
  { apiKey: 75, validVersions: '0', flexibleVersions: '0+' },
  {
    topics: arrayOf({
      name: string,
    }),
    responsePartitionLimit: field(int32, { default: 2000 }),
    cursor: field(
      nullable(
        struct({
          topicName: string,
          partitionIndex: int32,
        }),
      ),
      { default: null },
    ),
  },
);

export type DescribeTopicPartitionsRequest = Decoded<typeof describeTopicPartitionsRequest>;

/**
 * Per topic: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED; per partition:
 * LEADER_NOT_AVAILABLE; a cursor that names no topic of the request is INVALID_REQUEST.
 */
export const describeTopicPartitionsResponse = message(
  'DescribeTopicPartitionsResponse',
  { apiKey: 75, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      errorCode: int16,
      name: nullable(string),
      topicId: uuid,
      isInternal: field(bool),
      partitions: arrayOf({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: field(int32, { default: -1 }),
        replicaNodes: arrayOf(int32),
        isrNodes: arrayOf(int32),
        eligibleLeaderReplicas: field(nullable(arrayOf(int32)), { default: null }),
        lastKnownElr: field(nullable(arrayOf(int32)), { default: null }),
        offlineReplicas: arrayOf(int32),
      }),
      topicAuthorizedOperations: field(int32, { default: -2147483648 }),
    }),
    nextCursor: field(
      nullable(
        struct({
          topicName: string,
          partitionIndex: int32,
        }),
      ),
      { default: null },
    ),
  },
);

export type DescribeTopicPartitionsResponse = Encodable<typeof describeTopicPartitionsResponse>;
