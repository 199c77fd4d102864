import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Lists transactions, filtered by state, producer id, duration (1+) and a pattern for the transactional id (2+).
 */
export const listTransactionsRequest = message(
  'ListTransactionsRequest',
  { apiKey: 66, validVersions: '0-2', flexibleVersions: '0+' },
  {
    stateFilters: arrayOf(string),
    producerIdFilters: arrayOf(int64),
    durationFilter: field(int64, { versions: '1+', default: -1n }),
    transactionalIdPattern: field(nullable(string), { versions: '2+', default: null }),
  },
);

export type ListTransactionsRequest = Decoded<typeof listTransactionsRequest>;

/**
 * COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_REGULAR_EXPRESSION (2+). State filters that name no state
 * come back in `unknownStateFilters`.
 */
export const listTransactionsResponse = message(
  'ListTransactionsResponse',
  { apiKey: 66, validVersions: '0-2', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    unknownStateFilters: arrayOf(string),
    transactionStates: arrayOf({
      transactionalId: string,
      producerId: int64,
      transactionState: string,
    }),
  },
);

export type ListTransactionsResponse = Encodable<typeof listTransactionsResponse>;
