import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Commits or aborts a transaction. Version 5 raises the producer epoch with every transaction and returns the new one.
 */
export const endTxnRequest = message(
  'EndTxnRequest',
  { apiKey: 26, validVersions: '0-5', flexibleVersions: '3+' },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    /** False aborts. */
    committed: bool,
  },
);

export type EndTxnRequest = Decoded<typeof endTxnRequest>;

/**
 * INVALID_TXN_STATE (nothing to end, or ended the other way), INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH
 * (PRODUCER_FENCED from version 2 on), CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE (4+), NOT_COORDINATOR,
 * COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
export const endTxnResponse = message(
  'EndTxnResponse',
  { apiKey: 26, validVersions: '0-5', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    producerId: field(int64, { versions: '5+', default: -1n }),
    producerEpoch: field(int16, { versions: '5+', default: -1 }),
  },
);

export type EndTxnResponse = Encodable<typeof endTxnResponse>;
