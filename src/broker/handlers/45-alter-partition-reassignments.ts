/**
 * AlterPartitionReassignments: a partition can be assigned to this broker, where it is, and nowhere else; there is never a
 * reassignment to cancel.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../../wire/messages/45-alter-partition-reassignments.ts';
import { serveApi } from '../handler.ts';
import { findPartition } from './partition-lookup.ts';

export const alterPartitionReassignmentsHandler = serveApi({
  request: alterPartitionReassignmentsRequest,
  response: alterPartitionReassignmentsResponse,
  versions: [0, 1],
  handle({ topics, allowReplicationFactorChange }, { broker }) {
    const responses = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, replicas }) => {
        const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
        const error = typeof target === 'string' ? target : checkReplicas(replicas, broker.nodeId);
        return { partitionIndex, errorCode: errorCode[error], errorMessage: null };
      }),
    }));
    return { allowReplicationFactorChange, errorCode: errorCode.NONE, errorMessage: null, responses };
  },
});

function checkReplicas(replicas: readonly number[] | null, nodeId: number): ErrorName {
  if (replicas === null) return 'NO_REASSIGNMENT_IN_PROGRESS';
  return replicas.length === 1 && replicas[0] === nodeId ? 'NONE' : 'INVALID_REPLICA_ASSIGNMENT';
}
