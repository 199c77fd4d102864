/**
 * AddPartitionsToTxn: makes partitions part of a producer's transaction; from version 4 on of several transactions in one
 * request, or only looks whether they are part of them. As in Apache Kafka, one partition that does not exist keeps all the
 * others of its transaction out.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type AddPartitionsToTxnRequest,
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../wire/messages/24-add-partitions-to-txn.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import type { PartitionName } from '../transactions/transaction.ts';
import { findPartition } from './partition-lookup.ts';

const fencedSince = 2;
const batchedSince = 4;

type Wanted = AddPartitionsToTxnRequest['transactions'][number];

export const addPartitionsToTxnHandler = serveApi({
  request: addPartitionsToTxnRequest,
  response: addPartitionsToTxnResponse,
  versions: [0, 5],
  lane: 'transaction',
  async handle(request, context) {
    if (context.apiVersion < batchedSince) return { resultsByTopicV3AndBelow: await add(soleOf(request), context) };
    const results = request.transactions.map(async (wanted) => ({
      transactionalId: wanted.transactionalId,
      topicResults: await add(wanted, context),
    }));
    return { errorCode: errorCode.NONE, resultsByTransaction: await Promise.all(results) };
  },
});

/** The transaction of a request up to version 3. */
function soleOf(request: AddPartitionsToTxnRequest): Wanted {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  };
}

async function add(wanted: Wanted, context: RequestContext) {
  const { topics } = context.broker;
  const isMissing = ({ topic, partition }: PartitionName): boolean =>
    typeof findPartition(topics.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partition) === 'string';
  const partitions = wanted.topics.flatMap(({ name, partitions: indexes }) =>
    indexes.map((partition) => ({ topic: name, partition })),
  );
  const errorOf = partitions.some(isMissing)
    ? (each: PartitionName) => (isMissing(each) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'OPERATION_NOT_ATTEMPTED')
    : await errorsOf(wanted, partitions, context);
  return wanted.topics.map(({ name, partitions: indexes }) => ({
    name,
    resultsByPartition: indexes.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorCode[errorOf({ topic: name, partition: partitionIndex })],
    })),
  }));
}

async function errorsOf(
  { transactionalId, verifyOnly, ...producer }: Wanted,
  partitions: readonly PartitionName[],
  { broker, apiVersion }: RequestContext,
): Promise<(partition: PartitionName) => ErrorName> {
  if (verifyOnly) {
    return (partition) => {
      const error = broker.transactions.checkWrite(transactionalId, producer, partition);
      if (error === 'INVALID_PRODUCER_EPOCH') return 'PRODUCER_FENCED';
      return error === 'INVALID_TXN_STATE' ? 'TRANSACTION_ABORTABLE' : error;
    };
  }
  const added = await broker.transactions.addPartitions(transactionalId, producer, partitions);
  const error = added === 'PRODUCER_FENCED' && apiVersion < fencedSince ? 'INVALID_PRODUCER_EPOCH' : added;
  return () => error;
}
