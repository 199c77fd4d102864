import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Commits offsets of a group as part of a transaction: they count when it commits. From version 5 on the group need not
 * have been added with AddOffsetsToTxn.
 */
export const txnOffsetCommitRequest = message(
  'TxnOffsetCommitRequest',
  { apiKey: 28, validVersions: '0-5', flexibleVersions: '3+' },
  {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationId: field(int32, { versions: '3+', default: -1 }),
    memberId: field(string, { versions: '3+' }),
    groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: field(int32, { versions: '2+', default: -1 }),
        committedMetadata: nullable(string),
      }),
    }),
  },
);

export type TxnOffsetCommitRequest = Decoded<typeof txnOffsetCommitRequest>;

/**
 * Per partition: ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (3+), STALE_MEMBER_EPOCH (5+), INVALID_GROUP_ID,
 * OFFSET_METADATA_TOO_LARGE, INVALID_COMMIT_OFFSET_SIZE, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, INVALID_PRODUCER_ID_MAPPING,
 * TRANSACTION_ABORTABLE (4+), UNKNOWN_TOPIC_OR_PARTITION, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED,
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
export const txnOffsetCommitResponse = message(
  'TxnOffsetCommitResponse',
  { apiKey: 28, validVersions: '0-5', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
);

export type TxnOffsetCommitResponse = Encodable<typeof txnOffsetCommitResponse>;
