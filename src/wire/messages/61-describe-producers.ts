import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the producers that partitions remember: ids, epochs, sequences, open transactions.
 */
export const describeProducersRequest = message(
  'DescribeProducersRequest',
  { apiKey: 61, validVersions: '0', flexibleVersions: '0+' },
  {
    topics: arrayOf({
      name: string,
      partitionIndexes: arrayOf(int32),
    }),
  },
);

export type DescribeProducersRequest = Decoded<typeof describeProducersRequest>;

/**
 * Per partition: UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED.
 */
export const describeProducersResponse = message(
  'DescribeProducersResponse',
  { apiKey: 61, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: field(nullable(string), { default: null }),
        activeProducers: arrayOf({
          producerId: int64,
          producerEpoch: int32,
          lastSequence: field(int32, { default: -1 }),
          lastTimestamp: field(int64, { default: -1n }),
          coordinatorEpoch: int32,
          currentTxnStartOffset: field(int64, { default: -1n }),
        }),
      }),
    }),
  },
);

export type DescribeProducersResponse = Encodable<typeof describeProducersResponse>;
