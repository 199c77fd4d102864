import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Deletes committed offsets of a group.
 */
export const offsetDeleteRequest = message(
  'OffsetDeleteRequest',
  { apiKey: 47, validVersions: '0', flexibleVersions: 'none' },
  {
    groupId: string,
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
      }),
    }),
  },
);

export type OffsetDeleteRequest = Decoded<typeof offsetDeleteRequest>;

/**
 * At the top: NON_EMPTY_GROUP (members, and not of the consumer protocol type), GROUP_ID_NOT_FOUND, INVALID_GROUP_ID,
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED. Per partition:
 * GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED.
 */
export const offsetDeleteResponse = message(
  'OffsetDeleteResponse',
  { apiKey: 47, validVersions: '0', flexibleVersions: 'none' },
  {
    errorCode: int16,
    throttleTimeMs: field(int32),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
);

export type OffsetDeleteResponse = Encodable<typeof offsetDeleteResponse>;
