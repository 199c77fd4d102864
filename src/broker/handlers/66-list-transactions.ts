/**
 * ListTransactions: all transactional ids, or those in certain states, of certain producers or open for long.
 *
 * Patterns of transactional ids (version 2) are not served.
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

export const listTransactionsHandler = serveApi({
  request: listTransactionsRequest,
  response: listTransactionsResponse,
  versions: [0, 1],
  handle(request, { broker }) {
    const known = new Set<string>(transactionStatuses);
    const unknownStateFilters = request.stateFilters.filter((state) => !known.has(state));
    const wanted = [...broker.transactions.all()].filter((each) => isWanted(each, request, broker.clock.nowMs()));
    const transactionStates = wanted.map(({ transactionalId, producerId, status }) => ({
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
  const isOpenForLong =
    durationFilter < 0n || (transaction.startedMs >= 0 && BigInt(nowMs - transaction.startedMs) >= durationFilter);
  return isInState && isOfProducer && isOpenForLong;
}
