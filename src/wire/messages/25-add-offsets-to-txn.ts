import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Adds a group’s offsets to a transaction: TxnOffsetCommit may follow.
 */
export const addOffsetsToTxnRequest = message(
  'AddOffsetsToTxnRequest',
  { apiKey: 25, validVersions: '0-4', flexibleVersions: '3+' },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
);

export type AddOffsetsToTxnRequest = Decoded<typeof addOffsetsToTxnRequest>;

/**
 * INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH (PRODUCER_FENCED from version 2 on), INVALID_TXN_STATE,
 * CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE (4+), NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID, GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
export const addOffsetsToTxnResponse = message(
  'AddOffsetsToTxnResponse',
  { apiKey: 25, validVersions: '0-4', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
  },
);

export type AddOffsetsToTxnResponse = Encodable<typeof addOffsetsToTxnResponse>;
