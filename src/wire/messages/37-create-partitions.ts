import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Raises the number of partitions of topics. `count` is the new total; it cannot go down.
 */
export const createPartitionsRequest = message(
  'CreatePartitionsRequest',
  { apiKey: 37, validVersions: '0-3', flexibleVersions: '2+' },
  {
    topics: arrayOf({
      name: string,
      count: int32,
      assignments: nullable(
        arrayOf({
          brokerIds: arrayOf(int32),
        }),
      ),
    }),
    timeoutMs: int32,
    validateOnly: bool,
  },
);

export type CreatePartitionsRequest = Decoded<typeof createPartitionsRequest>;

/**
 * Per topic: INVALID_PARTITIONS (not more than before), UNKNOWN_TOPIC_OR_PARTITION, INVALID_REPLICA_ASSIGNMENT,
 * INVALID_REQUEST (a topic named twice), REASSIGNMENT_IN_PROGRESS, POLICY_VIOLATION, NOT_CONTROLLER, REQUEST_TIMED_OUT,
 * THROTTLING_QUOTA_EXCEEDED (3+), TOPIC_AUTHORIZATION_FAILED.
 */
export const createPartitionsResponse = message(
  'CreatePartitionsResponse',
  { apiKey: 37, validVersions: '0-3', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      name: string,
      errorCode: int16,
      errorMessage: field(nullable(string), { default: null }),
    }),
  },
);

export type CreatePartitionsResponse = Encodable<typeof createPartitionsResponse>;
