/**
 * EndTxn: commits or aborts a transaction. Answered when the end is visible to readers, not only when it is decided, so
 * that no CONCURRENT_TRANSACTIONS follows.
 *
 * Version 5, in which every transaction has its own epoch, is not served.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { endTxnRequest, endTxnResponse } from '../../wire/messages/26-end-txn.ts';
import { serveApi } from '../handler.ts';

const fencedSince = 2;

export const endTxnHandler = serveApi({
  request: endTxnRequest,
  response: endTxnResponse,
  versions: [0, 4],
  async handle(request, { broker, apiVersion }) {
    const result = request.committed ? 'commit' : 'abort';
    const ended = await broker.transactions.end(request.transactionalId, request, result);
    const error: ErrorName = ended === 'PRODUCER_FENCED' && apiVersion < fencedSince ? 'INVALID_PRODUCER_EPOCH' : ended;
    return { errorCode: errorCode[error] };
  },
});
