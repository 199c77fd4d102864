import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int8, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Brokers only: a transaction coordinator has the end of a transaction written into partitions.
 */
export const writeTxnMarkersRequest = message(
  'WriteTxnMarkersRequest',
  { apiKey: 27, validVersions: '1-2', flexibleVersions: '1+' },
  {
    markers: arrayOf({
      producerId: int64,
      producerEpoch: int16,
      /** False aborts. */
      transactionResult: bool,
      topics: arrayOf({
        name: string,
        partitionIndexes: arrayOf(int32),
      }),
      coordinatorEpoch: int32,
      transactionVersion: field(int8, { versions: '2+' }),
    }),
  },
);

export type WriteTxnMarkersRequest = Decoded<typeof writeTxnMarkersRequest>;

/**
 * Per partition: INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
 * CORRUPT_MESSAGE, UNSUPPORTED_FOR_MESSAGE_FORMAT, CLUSTER_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR.
 */
export const writeTxnMarkersResponse = message(
  'WriteTxnMarkersResponse',
  { apiKey: 27, validVersions: '1-2', flexibleVersions: '1+' },
  {
    markers: arrayOf({
      producerId: int64,
      topics: arrayOf({
        name: string,
        partitions: arrayOf({
          partitionIndex: int32,
          errorCode: int16,
        }),
      }),
    }),
  },
);

export type WriteTxnMarkersResponse = Encodable<typeof writeTxnMarkersResponse>;
