/** OffsetForLeaderEpoch: where the records of a leader epoch end, by which clients notice that a log was cut back. As in Apache Kafka. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../../wire/messages/23-offset-for-leader-epoch.ts';
import { serveApi } from '../handler.ts';
import { checkLeaderEpoch, findPartition } from './partition-lookup.ts';

export const offsetForLeaderEpochHandler = serveApi({
  request: offsetForLeaderEpochRequest,
  response: offsetForLeaderEpochResponse,
  versions: [2, 4],
  handle(request, { broker }) {
    const topics = request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
        const target = findPartition(broker.topics.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partition);
        if (typeof target === 'string') return failed(partition, target);
        const error = checkLeaderEpoch(currentLeaderEpoch, broker.leaderEpoch);
        if (error !== 'NONE') return failed(partition, error);
        // The newest epoch may have no records yet: it ends where the log does.
        const isNewest = leaderEpoch === broker.leaderEpoch;
        const end = isNewest
          ? { leaderEpoch, endOffset: target.log.logEndOffset }
          : target.log.offsetForLeaderEpoch(leaderEpoch);
        return { errorCode: errorCode.NONE, partition, ...(end ?? { leaderEpoch: -1, endOffset: -1n }) };
      }),
    }));
    return { topics };
  },
});

function failed(partition: number, error: ErrorName) {
  return { errorCode: errorCode[error], partition, leaderEpoch: -1, endOffset: -1n };
}
