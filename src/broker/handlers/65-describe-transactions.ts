/** DescribeTransactions: the state of transactional ids. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import {
  type DescribeTransactionsResponse,
  describeTransactionsRequest,
  describeTransactionsResponse,
} from '../../wire/messages/65-describe-transactions.ts';
import { serveApi } from '../handler.ts';
import type { Transaction } from '../transactions/transaction.ts';

type Described = DescribeTransactionsResponse['transactionStates'][number];

export const describeTransactionsHandler = serveApi({
  request: describeTransactionsRequest,
  response: describeTransactionsResponse,
  versions: [0, 0],
  handle({ transactionalIds }, { broker }) {
    const transactionStates = transactionalIds.map((transactionalId) => {
      const transaction = broker.transactions.get(transactionalId);
      return transaction === undefined ? missing(transactionalId) : describe(transaction);
    });
    return { transactionStates };
  },
});

function describe(transaction: Transaction): Described {
  return {
    errorCode: errorCode.NONE,
    transactionalId: transaction.transactionalId,
    transactionState: transaction.status,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: BigInt(transaction.startedMs),
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: transaction.topics().map(({ topic, partitionIds }) => ({ topic, partitions: partitionIds })),
  };
}

function missing(transactionalId: string): Described {
  return {
    errorCode: transactionalId === '' ? errorCode.INVALID_REQUEST : errorCode.TRANSACTIONAL_ID_NOT_FOUND,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: -1n,
    producerId: -1n,
    producerEpoch: -1,
    topics: [],
  };
}
