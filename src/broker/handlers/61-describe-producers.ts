/** DescribeProducers: which idempotent and transactional producers have written to partitions. As in Apache Kafka. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { describeProducersRequest, describeProducersResponse } from '../../wire/messages/61-describe-producers.ts';
import { serveApi } from '../handler.ts';
import type { Partition } from '../metadata/topic.ts';
import { findPartition } from './partition-lookup.ts';

export const describeProducersHandler = serveApi({
  request: describeProducersRequest,
  response: describeProducersResponse,
  versions: [0, 0],
  handle({ topics }, { broker }) {
    const answers = topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
        const error: ErrorName = typeof target === 'string' ? target : 'NONE';
        const activeProducers = typeof target === 'string' ? [] : producersOf(target);
        return { partitionIndex, errorCode: errorCode[error], errorMessage: null, activeProducers };
      }),
    }));
    return { topics: answers };
  },
});

function producersOf({ log }: Partition) {
  return [...log.producers.values()].map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: producer.lastTimestampMs,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.transactionFirstOffset ?? -1n,
  }));
}
