import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Commits offsets of a group. A client outside the group protocol sends generation −1 and an empty member id. Version 10
 * names topics by id.
 */
export const offsetCommitRequest = message(
  'OffsetCommitRequest',
  { apiKey: 8, validVersions: '2-10', flexibleVersions: '8+' },
  {
    groupId: string,
    /** −1 outside the group protocol. */
    generationIdOrMemberEpoch: field(int32, { default: -1 }),
    memberId: string,
    groupInstanceId: field(nullable(string), { versions: '7+', default: null }),
    /** −1: the broker’s setting. */
    retentionTimeMs: field(int64, { versions: '2-4', default: -1n }),
    topics: arrayOf({
      name: field(string, { versions: '2-9' }),
      topicId: field(uuid, { versions: '10+' }),
      partitions: arrayOf({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: field(int32, { versions: '6+', default: -1 }),
        committedMetadata: nullable(string),
      }),
    }),
  },
);

export type OffsetCommitRequest = Decoded<typeof offsetCommitRequest>;

/**
 * Per partition: OFFSET_METADATA_TOO_LARGE, INVALID_COMMIT_OFFSET_SIZE, ILLEGAL_GENERATION (classic), UNKNOWN_MEMBER_ID,
 * REBALANCE_IN_PROGRESS (the group awaits the leader’s assignment), FENCED_INSTANCE_ID (7+), STALE_MEMBER_EPOCH
 * (9+, consumer groups), INVALID_GROUP_ID, GROUP_ID_NOT_FOUND (9+), UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (10+),
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED,
 * TOPIC_AUTHORIZATION_FAILED.
 */
export const offsetCommitResponse = message(
  'OffsetCommitResponse',
  { apiKey: 8, validVersions: '2-10', flexibleVersions: '8+' },
  {
    throttleTimeMs: field(int32, { versions: '3+' }),
    topics: arrayOf({
      name: field(string, { versions: '2-9' }),
      topicId: field(uuid, { versions: '10+' }),
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
);

export type OffsetCommitResponse = Encodable<typeof offsetCommitResponse>;
