import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Moves the log start offset of partitions forward; offset −1 means the high watermark.
 */
export const deleteRecordsRequest = message(
  'DeleteRecordsRequest',
  { apiKey: 21, validVersions: '0-2', flexibleVersions: '2+' },
  {
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        offset: int64,
      }),
    }),
    timeoutMs: int32,
  },
);

export type DeleteRecordsRequest = Decoded<typeof deleteRecordsRequest>;

/**
 * Per partition: OFFSET_OUT_OF_RANGE (beyond the high watermark), UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
 * POLICY_VIOLATION (the topic is not cleaned by deletion), REQUEST_TIMED_OUT, TOPIC_AUTHORIZATION_FAILED,
 * KAFKA_STORAGE_ERROR.
 */
export const deleteRecordsResponse = message(
  'DeleteRecordsResponse',
  { apiKey: 21, validVersions: '0-2', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        lowWatermark: int64,
        errorCode: int16,
      }),
    }),
  },
);

export type DeleteRecordsResponse = Encodable<typeof deleteRecordsResponse>;
