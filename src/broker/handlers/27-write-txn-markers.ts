/**
 * WriteTxnMarkers: ends what a producer has open in a partition, by hand. Apache Kafka's coordinators send it to other brokers;
 * here only `kafka-transactions abort` does, for a transaction that hangs.
 *
 * Differs from Apache Kafka: the broker's own topics are refused (INVALID_TOPIC_EXCEPTION): nothing hangs in them, for their
 * transactions end with the coordinator's.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type WriteTxnMarkersRequest,
  writeTxnMarkersRequest,
  writeTxnMarkersResponse,
} from '../../wire/messages/27-write-txn-markers.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { encodeMarker } from '../transactions/transaction-markers.ts';
import { findPartition } from './partition-lookup.ts';

type Marker = WriteTxnMarkersRequest['markers'][number];

export const writeTxnMarkersHandler = serveApi({
  request: writeTxnMarkersRequest,
  response: writeTxnMarkersResponse,
  versions: [1, 1],
  async handle(request, context) {
    return { markers: await Promise.all(request.markers.map((marker) => writeAll(marker, context))) };
  },
});

async function writeAll(marker: Marker, context: RequestContext) {
  const topics = marker.topics.map(async ({ name, partitionIndexes }) => {
    const partitions = partitionIndexes.map(async (partitionIndex) => {
      const error = await write(marker, { name, partitionIndex }, context);
      return { partitionIndex, errorCode: errorCode[error] };
    });
    return { name, partitions: await Promise.all(partitions) };
  });
  return { producerId: marker.producerId, topics: await Promise.all(topics) };
}

async function write(
  { producerId, producerEpoch, transactionResult, coordinatorEpoch }: Marker,
  { name, partitionIndex }: { name: string; partitionIndex: number },
  { broker }: RequestContext,
): Promise<ErrorName> {
  const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
  if (typeof target === 'string') return target;
  if (target.topic.isInternal) return 'INVALID_TOPIC_EXCEPTION';
  const result = transactionResult ? 'commit' : 'abort';
  const marker = encodeMarker({ producerId, producerEpoch, result, coordinatorEpoch });
  const outcome = target.log.append(marker, { leaderEpoch: broker.leaderEpoch, origin: 'coordinator' });
  if (!outcome.ok) return outcome.error;
  return outcome.durable.then(
    () => 'NONE' as const,
    () => 'KAFKA_STORAGE_ERROR' as const,
  );
}
