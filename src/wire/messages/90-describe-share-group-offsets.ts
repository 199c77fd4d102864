import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes where share groups stand in partitions; `topics` null means all.
 */
export const describeShareGroupOffsetsRequest = message(
  'DescribeShareGroupOffsetsRequest',
  { apiKey: 90, validVersions: '0-1', flexibleVersions: '0+' },
  {
    groups: arrayOf({
      groupId: string,
      topics: nullable(
        arrayOf({
          topicName: string,
          partitions: arrayOf(int32),
        }),
      ),
    }),
  },
);

export type DescribeShareGroupOffsetsRequest = Decoded<typeof describeShareGroupOffsetsRequest>;

/**
 * Per group: GROUP_ID_NOT_FOUND, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID,
 * GROUP_AUTHORIZATION_FAILED. Per partition: UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED.
 */
export const describeShareGroupOffsetsResponse = message(
  'DescribeShareGroupOffsetsResponse',
  { apiKey: 90, validVersions: '0-1', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    groups: arrayOf({
      groupId: string,
      topics: arrayOf({
        topicName: string,
        topicId: uuid,
        partitions: arrayOf({
          partitionIndex: int32,
          startOffset: int64,
          leaderEpoch: int32,
          lag: field(int64, { versions: '1+', default: -1n }),
          errorCode: int16,
          errorMessage: field(nullable(string), { default: null }),
        }),
      }),
      errorCode: int16,
      errorMessage: field(nullable(string), { default: null }),
    }),
  },
);

export type DescribeShareGroupOffsetsResponse = Encodable<typeof describeShareGroupOffsetsResponse>;
