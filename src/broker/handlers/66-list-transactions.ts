/**
 * ListTransactions: all transactional ids, or those in certain states, of certain producers, open for long, or whose whole
 * name fits a regular expression.
 *
 * Differs from Apache Kafka: expressions are JavaScript's. One that takes too long is refused: INVALID_REGULAR_EXPRESSION.
 */
import { errorCode } from '../../wire/error-codes.ts';
import {
  type ListTransactionsRequest,
  listTransactionsRequest,
  listTransactionsResponse,
} from '../../wire/messages/66-list-transactions.ts';
import { transactionStatuses } from '../../wire/transaction-log.ts';
import { serveApi } from '../handler.ts';
import type { Transaction } from '../transactions/transaction.ts';
import { wholeMatches } from './whole-matches.ts';

export const listTransactionsHandler = serveApi({
  request: listTransactionsRequest,
  response: listTransactionsResponse,
  versions: [0, 2],
  handle(request, { broker }) {
    const known = new Set<string>(transactionStatuses);
    const unknownStateFilters = request.stateFilters.filter((state) => !known.has(state));
    const wanted = [...broker.transactions.all()].filter((each) => isWanted(each, request, broker.clock.nowMs()));
    const named = withPattern(wanted, request.transactionalIdPattern);
    if (named === undefined)
      return { errorCode: errorCode.INVALID_REGULAR_EXPRESSION, unknownStateFilters: [], transactionStates: [] };
    const transactionStates = named.map(({ transactionalId, producerId, status }) => ({
      transactionalId,
      producerId,
      transactionState: status,
    }));
    return { errorCode: errorCode.NONE, unknownStateFilters, transactionStates };
  },
});

function isWanted(transaction: Transaction, request: ListTransactionsRequest, nowMs: number): boolean {
  const { stateFilters, producerIdFilters, durationFilter } = request;
  const isInState = stateFilters.length === 0 || stateFilters.includes(transaction.status);
  const isOfProducer = producerIdFilters.length === 0 || producerIdFilters.includes(transaction.producerId);
  // As in Apache Kafka, one that is not open has been there since −1, for long.
  const isOpenForLong = durationFilter < 0n || BigInt(nowMs - transaction.startedMs) > durationFilter;
  return isInState && isOfProducer && isOpenForLong;
}

/** @returns undefined when the pattern is not a regular expression, or one that takes too long */
function withPattern(transactions: Transaction[], pattern: string | null): Transaction[] | undefined {
  if (pattern === null || pattern === '') return transactions;
  const names = transactions.map(({ transactionalId }) => transactionalId);
  const matching = wholeMatches(pattern, names);
  return matching && transactions.filter(({ transactionalId }) => matching.has(transactionalId));
}
