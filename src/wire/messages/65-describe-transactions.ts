import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes transactions by transactional id.
 */
export const describeTransactionsRequest = message(
  'DescribeTransactionsRequest',
  { apiKey: 65, validVersions: '0', flexibleVersions: '0+' },
  {
    transactionalIds: arrayOf(string),
  },
);

export type DescribeTransactionsRequest = Decoded<typeof describeTransactionsRequest>;

/**
 * Per id: TRANSACTIONAL_ID_NOT_FOUND, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED. Topics that the client may not describe are left out.
 */
export const describeTransactionsResponse = message(
  'DescribeTransactionsResponse',
  { apiKey: 65, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    transactionStates: arrayOf({
      errorCode: int16,
      transactionalId: string,
      transactionState: string,
      transactionTimeoutMs: int32,
      transactionStartTimeMs: int64,
      producerId: int64,
      producerEpoch: int16,
      topics: arrayOf({
        topic: string,
        partitions: arrayOf(int32),
      }),
    }),
  },
);

export type DescribeTransactionsResponse = Encodable<typeof describeTransactionsResponse>;
