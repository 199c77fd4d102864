/**
 * AddPartitionsToTxn: makes partitions part of a producer's transaction.
 *
 * The batched form (version 4 on), which Apache Kafka's brokers use among each other, is not served. As there, one partition
 * that does not exist keeps all the others out.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { addPartitionsToTxnRequest, addPartitionsToTxnResponse } from '../../wire/messages/24-add-partitions-to-txn.ts';
import { serveApi } from '../handler.ts';
import { findPartition } from './partition-lookup.ts';

const fencedSince = 2;

export const addPartitionsToTxnHandler = serveApi({
  request: addPartitionsToTxnRequest,
  response: addPartitionsToTxnResponse,
  versions: [0, 3],
  async handle(request, { broker, apiVersion }) {
    const wanted = request.v3AndBelowTopics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => ({ topic: name, partition })),
    );
    const missing = wanted.filter(({ topic, partition }) => {
      const target = findPartition(broker.topics.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partition);
      return typeof target === 'string';
    });
    const added = missing.length > 0 ? 'OPERATION_NOT_ATTEMPTED' : await add();
    const error: ErrorName = added === 'PRODUCER_FENCED' && apiVersion < fencedSince ? 'INVALID_PRODUCER_EPOCH' : added;
    const errorOf = (topic: string, partition: number): ErrorName =>
      missing.some((each) => each.topic === topic && each.partition === partition)
        ? 'UNKNOWN_TOPIC_OR_PARTITION'
        : error;
    const resultsByTopicV3AndBelow = request.v3AndBelowTopics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode: errorCode[errorOf(name, partitionIndex)],
      })),
    }));
    return { resultsByTopicV3AndBelow };

    function add(): Promise<ErrorName> {
      const { v3AndBelowTransactionalId: id, v3AndBelowProducerId, v3AndBelowProducerEpoch } = request;
      const producer = { producerId: v3AndBelowProducerId, producerEpoch: v3AndBelowProducerEpoch };
      return broker.transactions.addPartitions(id, producer, wanted);
    }
  },
});
