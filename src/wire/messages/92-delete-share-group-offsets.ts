import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Deletes what a share group without members keeps about topics.
 */
export const deleteShareGroupOffsetsRequest = message(
  'DeleteShareGroupOffsetsRequest',
  { apiKey: 92, validVersions: '0', flexibleVersions: '0+' },
  {
    groupId: string,
    topics: arrayOf({
      topicName: string,
    }),
  },
);

export type DeleteShareGroupOffsetsRequest = Decoded<typeof deleteShareGroupOffsetsRequest>;

/**
 * NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
 * INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED. Per topic: UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED,
 * KAFKA_STORAGE_ERROR.
 */
export const deleteShareGroupOffsetsResponse = message(
  'DeleteShareGroupOffsetsResponse',
  { apiKey: 92, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: field(nullable(string), { default: null }),
    responses: arrayOf({
      topicName: string,
      topicId: uuid,
      errorCode: int16,
      errorMessage: field(nullable(string), { default: null }),
    }),
  },
);

export type DeleteShareGroupOffsetsResponse = Encodable<typeof deleteShareGroupOffsetsResponse>;
