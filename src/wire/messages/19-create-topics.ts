import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Creates topics: by number of partitions and replication factor (−1: the broker’s defaults, 4+), or by an explicit
 * assignment (then both are −1).
 */
export const createTopicsRequest = message(
  'CreateTopicsRequest',
  { apiKey: 19, validVersions: '2-7', flexibleVersions: '5+' },
  {
    topics: arrayOf({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: arrayOf({
        partitionIndex: int32,
        brokerIds: arrayOf(int32),
      }),
      configs: arrayOf({
        name: string,
        value: nullable(string),
      }),
    }),
    timeoutMs: field(int32, { default: 60000 }),
    validateOnly: field(bool),
  },
);

export type CreateTopicsRequest = Decoded<typeof createTopicsRequest>;

/**
 * Per topic: TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
 * INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST (a topic named twice, or counts beside an assignment),
 * POLICY_VIOLATION, NOT_CONTROLLER, REQUEST_TIMED_OUT, THROTTLING_QUOTA_EXCEEDED (6+), TOPIC_AUTHORIZATION_FAILED,
 * CLUSTER_AUTHORIZATION_FAILED. `topicConfigErrorCode` (5+) says TOPIC_AUTHORIZATION_FAILED when the configs may not be shown.
 */
export const createTopicsResponse = message(
  'CreateTopicsResponse',
  { apiKey: 19, validVersions: '2-7', flexibleVersions: '5+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      name: string,
      topicId: field(uuid, { versions: '7+' }),
      errorCode: int16,
      errorMessage: nullable(string),
      topicConfigErrorCode: field(int16, { versions: '5+', tag: 0 }),
      numPartitions: field(int32, { versions: '5+', default: -1 }),
      replicationFactor: field(int16, { versions: '5+', default: -1 }),
      configs: field(
        nullable(
          arrayOf({
            name: string,
            value: nullable(string),
            readOnly: bool,
            configSource: field(int8, { default: -1 }),
            isSensitive: bool,
          }),
        ),
        { versions: '5+' },
      ),
    }),
  },
);

export type CreateTopicsResponse = Encodable<typeof createTopicsResponse>;
