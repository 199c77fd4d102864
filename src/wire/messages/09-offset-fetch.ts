import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, int64, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Reads committed offsets. Up to version 7 of one group; from 8 on of several. `topics` null means everything the group has
 * committed (2+). `requireStable` (7+) refuses offsets that an open transaction may change. Version 10 names topics by id.
 */
export const offsetFetchRequest = message(
  'OffsetFetchRequest',
  { apiKey: 9, validVersions: '1-10', flexibleVersions: '6+' },
  {
    groupId: field(string, { versions: '1-7' }),
    topics: field(
      nullable(
        arrayOf({
          name: string,
          partitionIndexes: arrayOf(int32),
        }),
        '2-7',
      ),
      { versions: '1-7' },
    ),
    groups: field(
      arrayOf({
        groupId: string,
        memberId: field(nullable(string), { versions: '9+', default: null }),
        memberEpoch: field(int32, { versions: '9+', default: -1 }),
        topics: nullable(
          arrayOf({
            name: field(string, { versions: '8-9' }),
            topicId: field(uuid, { versions: '10+' }),
            partitionIndexes: arrayOf(int32),
          }),
        ),
      }),
      { versions: '8+' },
    ),
    requireStable: field(bool, { versions: '7+' }),
  },
);

export type OffsetFetchRequest = Decoded<typeof offsetFetchRequest>;

/**
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED, INVALID_GROUP_ID;
 * with a member id (9+) UNKNOWN_MEMBER_ID and STALE_MEMBER_EPOCH. Per partition: UNSTABLE_OFFSET_COMMIT (7+),
 * UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (10+), TOPIC_AUTHORIZATION_FAILED. A group or partition without a commit is
 * no error: offset −1.
 */
export const offsetFetchResponse = message(
  'OffsetFetchResponse',
  { apiKey: 9, validVersions: '1-10', flexibleVersions: '6+' },
  {
    throttleTimeMs: field(int32, { versions: '3+' }),
    topics: field(
      arrayOf({
        name: string,
        partitions: arrayOf({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: field(int32, { versions: '5-7', default: -1 }),
          metadata: nullable(string),
          errorCode: int16,
        }),
      }),
      { versions: '1-7' },
    ),
    errorCode: field(int16, { versions: '2-7' }),
    groups: field(
      arrayOf({
        groupId: string,
        topics: arrayOf({
          name: field(string, { versions: '8-9' }),
          topicId: field(uuid, { versions: '10+' }),
          partitions: arrayOf({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: field(int32, { default: -1 }),
            metadata: nullable(string),
            errorCode: int16,
          }),
        }),
        errorCode: field(int16),
      }),
      { versions: '8+' },
    ),
  },
);

export type OffsetFetchResponse = Encodable<typeof offsetFetchResponse>;
