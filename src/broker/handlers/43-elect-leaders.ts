/** ElectLeaders: this broker leads everything already, so there is nothing to elect: ELECTION_NOT_NEEDED. */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { electLeadersRequest, electLeadersResponse } from '../../wire/messages/43-elect-leaders.ts';
import { serveApi } from '../handler.ts';
import { findPartition } from './partition-lookup.ts';

export const electLeadersHandler = serveApi({
  request: electLeadersRequest,
  response: electLeadersResponse,
  versions: [0, 2],
  handle({ topicPartitions }, { broker }) {
    const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => {
        const target = findPartition(broker.topics.get(topic) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionId);
        const error: ErrorName = typeof target === 'string' ? target : 'ELECTION_NOT_NEEDED';
        return { partitionId, errorCode: errorCode[error], errorMessage: null };
      }),
    }));
    return { errorCode: errorCode.NONE, replicaElectionResults };
  },
});
