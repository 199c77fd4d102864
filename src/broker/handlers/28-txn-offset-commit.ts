/** TxnOffsetCommit: commits offsets that take effect when the producer's transaction commits. Version 5 is not served. */
import type { ErrorName } from '../../wire/error-codes.ts';
import {
  type TxnOffsetCommitRequest,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '../../wire/messages/28-txn-offset-commit.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { checkOffsets, offsetCommitAnswer } from './08-offset-commit.ts';

export const txnOffsetCommitHandler = serveApi({
  request: txnOffsetCommitRequest,
  response: txnOffsetCommitResponse,
  versions: [0, 4],
  async handle(request, context) {
    const checked = checkOffsets(request.topics, context.broker);
    const refusal = await checkTransaction(request, context);
    const error = refusal === 'NONE' ? await commit(request, context, checked) : refusal;
    return { topics: offsetCommitAnswer(checked, error) };
  },
});

async function checkTransaction(request: TxnOffsetCommitRequest, { broker }: RequestContext): Promise<ErrorName> {
  const partition = await broker.groups.offsetsPartition(request.groupId);
  if (partition === undefined) return 'COORDINATOR_NOT_AVAILABLE';
  return broker.transactions.checkWrite(request.transactionalId, request, partition);
}

function commit(
  request: TxnOffsetCommitRequest,
  { broker }: RequestContext,
  checked: ReturnType<typeof checkOffsets>,
): Promise<ErrorName> {
  const { groupId, memberId, groupInstanceId, generationId, producerId, producerEpoch } = request;
  const member = { memberId, groupInstanceId, generationId };
  const offsets = checked.flatMap((each) => each.accepted);
  return broker.groups.commitInTransaction(groupId, member, offsets, { producerId, producerEpoch });
}
