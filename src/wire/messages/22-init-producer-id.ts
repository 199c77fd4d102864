import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks for a producer id and epoch; with a transactional id also ends what an earlier producer of that id left open. From
 * version 3 on a producer may present the id and epoch it has, to have the epoch raised. Version 6 is not stable yet.
 */
export const initProducerIdRequest = message(
  'InitProducerIdRequest',
  { apiKey: 22, validVersions: '0-6', flexibleVersions: '2+' },
  {
    transactionalId: nullable(string),
    /** Meaningful with a transactional id only. */
    transactionTimeoutMs: int32,
    producerId: field(int64, { versions: '3+', default: -1n }),
    producerEpoch: field(int16, { versions: '3+', default: -1 }),
    enable2Pc: field(bool, { versions: '6+' }),
    keepPreparedTxn: field(bool, { versions: '6+' }),
  },
);

export type InitProducerIdRequest = Decoded<typeof initProducerIdRequest>;

/**
 * INVALID_TRANSACTION_TIMEOUT (over `transaction.max.timeout.ms`), INVALID_REQUEST (an empty transactional id),
 * CONCURRENT_TRANSACTIONS, PRODUCER_FENCED (4+; INVALID_PRODUCER_EPOCH before), NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, TRANSACTION_ABORTABLE (5+), TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
 * CLUSTER_AUTHORIZATION_FAILED.
 */
export const initProducerIdResponse = message(
  'InitProducerIdResponse',
  { apiKey: 22, validVersions: '0-6', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    producerId: field(int64, { default: -1n }),
    producerEpoch: int16,
    ongoingTxnProducerId: field(int64, { versions: '6+', default: -1n }),
    ongoingTxnProducerEpoch: field(int16, { versions: '6+', default: -1 }),
  },
);

export type InitProducerIdResponse = Encodable<typeof initProducerIdResponse>;
