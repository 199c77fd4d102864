/** AddOffsetsToTxn: makes a group's committed offsets part of a producer's transaction. As in Apache Kafka. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from '../../wire/messages/25-add-offsets-to-txn.ts';
import { serveApi } from '../handler.ts';

const fencedSince = 2;

export const addOffsetsToTxnHandler = serveApi({
  request: addOffsetsToTxnRequest,
  response: addOffsetsToTxnResponse,
  versions: [0, 4],
  lane: 'transaction',
  async handle(request, { broker, apiVersion }) {
    const partition = await broker.groups.offsetsPartition(request.groupId);
    if (partition === undefined) return { errorCode: errorCode.COORDINATOR_NOT_AVAILABLE };
    const added = await broker.transactions.addPartitions(request.transactionalId, request, [partition]);
    const error: ErrorName = added === 'PRODUCER_FENCED' && apiVersion < fencedSince ? 'INVALID_PRODUCER_EPOCH' : added;
    return { errorCode: errorCode[error] };
  },
});
