import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int8, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Looks up offsets by timestamp. Special timestamps: −1 log end (or last stable) offset, −2 log start offset, −3 offset of
 * the largest timestamp (7+), −4 first local offset (8+), −5 last tiered offset (9+), −6 earliest offset waiting for
 * tiering (11+).
 */
export const listOffsetsRequest = message(
  'ListOffsetsRequest',
  { apiKey: 2, validVersions: '1-11', flexibleVersions: '6+' },
  {
    replicaId: int32,
    /** 0: read uncommitted; 1: read committed. */
    isolationLevel: field(int8, { versions: '2+' }),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        currentLeaderEpoch: field(int32, { versions: '4+', default: -1 }),
        timestamp: int64,
      }),
    }),
    timeoutMs: field(int32, { versions: '10+' }),
  },
);

export type ListOffsetsRequest = Decoded<typeof listOffsetsRequest>;

/**
 * UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH and UNKNOWN_LEADER_EPOCH (4+),
 * OFFSET_NOT_AVAILABLE (the leader is new), UNSUPPORTED_VERSION (a special timestamp that this version lacks),
 * INVALID_REQUEST (a partition named twice), UNSUPPORTED_FOR_MESSAGE_FORMAT, TOPIC_AUTHORIZATION_FAILED,
 * KAFKA_STORAGE_ERROR. Nothing found is no error: offset and timestamp are −1.
 */
export const listOffsetsResponse = message(
  'ListOffsetsResponse',
  { apiKey: 2, validVersions: '1-11', flexibleVersions: '6+' },
  {
    throttleTimeMs: field(int32, { versions: '2+' }),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        timestamp: field(int64, { default: -1n }),
        offset: field(int64, { default: -1n }),
        leaderEpoch: field(int32, { versions: '4+', default: -1 }),
      }),
    }),
  },
);

export type ListOffsetsResponse = Encodable<typeof listOffsetsResponse>;
