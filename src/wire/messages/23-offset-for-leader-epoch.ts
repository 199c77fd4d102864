import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks where a leader epoch ended, to find out whether records read earlier have been truncated since.
 */
export const offsetForLeaderEpochRequest = message(
  'OffsetForLeaderEpochRequest',
  { apiKey: 23, validVersions: '2-4', flexibleVersions: '4+' },
  {
    replicaId: field(int32, { versions: '3+', default: -2 }),
    topics: arrayOf({
      topic: string,
      partitions: arrayOf({
        partition: int32,
        currentLeaderEpoch: field(int32, { default: -1 }),
        leaderEpoch: int32,
      }),
    }),
  },
);

export type OffsetForLeaderEpochRequest = Decoded<typeof offsetForLeaderEpochRequest>;

/**
 * Per partition: FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
 * TOPIC_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR. An epoch that the log does not know is no error: epoch and offset −1.
 */
export const offsetForLeaderEpochResponse = message(
  'OffsetForLeaderEpochResponse',
  { apiKey: 23, validVersions: '2-4', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      topic: string,
      partitions: arrayOf({
        errorCode: int16,
        partition: int32,
        leaderEpoch: field(int32, { default: -1 }),
        endOffset: field(int64, { default: -1n }),
      }),
    }),
  },
);

export type OffsetForLeaderEpochResponse = Encodable<typeof offsetForLeaderEpochResponse>;
