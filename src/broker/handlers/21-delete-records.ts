/** DeleteRecords: hides the records before an offset (−1: all that are visible). As in Apache Kafka. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../wire/messages/21-delete-records.ts';
import { serveApi } from '../handler.ts';
import type { Partition } from '../metadata/topic.ts';
import type { BrokerServices } from '../services.ts';
import { tellStorageTrouble } from '../storage-trouble.ts';
import { findPartition } from './partition-lookup.ts';

export const deleteRecordsHandler = serveApi({
  request: deleteRecordsRequest,
  response: deleteRecordsResponse,
  versions: [0, 2],
  async handle(request, { broker }) {
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
        const { error, lowWatermark } = typeof target === 'string' ? refused(target) : remove(target, offset);
        return { partitionIndex, lowWatermark, errorCode: errorCode[error] };
      }),
    }));
    return { topics: (await isWrittenDown(broker)) ? topics : topics.map(notStored) };
  },
});

/** The new beginnings are to survive a crash before anybody hears of them. */
async function isWrittenDown(broker: BrokerServices): Promise<boolean> {
  try {
    await broker.logs.checkpoint();
    return true;
  } catch (error) {
    tellStorageTrouble(broker, error);
    return false;
  }
}

/** The records are hidden, but a crash may show them again: the client has to ask once more. */
function notStored<Partition extends { errorCode: number }>(topic: { name: string; partitions: Partition[] }) {
  const partitions = topic.partitions.map((each) =>
    each.errorCode === errorCode.NONE ? { ...each, ...refusedBy('KAFKA_STORAGE_ERROR') } : each,
  );
  return { ...topic, partitions };
}

const refusedBy = (error: ErrorName) => ({ errorCode: errorCode[error], lowWatermark: -1n });

const refused = (error: ErrorName) => ({ error, lowWatermark: -1n });

function remove({ topic, log }: Partition, offset: bigint): { error: ErrorName; lowWatermark: bigint } {
  if (topic.isInternal) return refused('INVALID_TOPIC_EXCEPTION');
  if (!log.config.cleanupPolicy.includes('delete')) return refused('POLICY_VIOLATION');
  const lowWatermark = log.deleteRecordsBefore(offset);
  return lowWatermark === undefined ? refused('OFFSET_OUT_OF_RANGE') : { error: 'NONE', lowWatermark };
}
