import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Deletes topics, by name up to version 5, by name or id from 6 on.
 */
export const deleteTopicsRequest = message(
  'DeleteTopicsRequest',
  { apiKey: 20, validVersions: '1-6', flexibleVersions: '4+' },
  {
    topics: field(
      arrayOf({
        name: field(nullable(string), { default: null }),
        topicId: uuid,
      }),
      { versions: '6+' },
    ),
    topicNames: field(arrayOf(string), { versions: '1-5' }),
    timeoutMs: int32,
  },
);

export type DeleteTopicsRequest = Decoded<typeof deleteTopicsRequest>;

/**
 * Per topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (6+), INVALID_REQUEST (named twice, or by name and id),
 * TOPIC_DELETION_DISABLED (3+; INVALID_REQUEST before), NOT_CONTROLLER, REQUEST_TIMED_OUT, THROTTLING_QUOTA_EXCEEDED (5+),
 * TOPIC_AUTHORIZATION_FAILED.
 */
export const deleteTopicsResponse = message(
  'DeleteTopicsResponse',
  { apiKey: 20, validVersions: '1-6', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32),
    responses: arrayOf({
      name: nullable(string, '6+'),
      topicId: field(uuid, { versions: '6+' }),
      errorCode: int16,
      errorMessage: field(nullable(string), { versions: '5+', default: null }),
    }),
  },
);

export type DeleteTopicsResponse = Encodable<typeof deleteTopicsResponse>;
