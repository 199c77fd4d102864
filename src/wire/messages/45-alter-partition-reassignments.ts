import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Moves partitions to other brokers; `replicas` null cancels a move.
 */
export const alterPartitionReassignmentsRequest = message(
  'AlterPartitionReassignmentsRequest',
  { apiKey: 45, validVersions: '0-1', flexibleVersions: '0+' },
  {
    timeoutMs: field(int32, { default: 60000 }),
    allowReplicationFactorChange: field(bool, { versions: '1+', default: true }),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        replicas: field(nullable(arrayOf(int32)), { default: null }),
      }),
    }),
  },
);

export type AlterPartitionReassignmentsRequest = Decoded<typeof alterPartitionReassignmentsRequest>;

/**
 * Per partition: INVALID_REPLICA_ASSIGNMENT, NO_REASSIGNMENT_IN_PROGRESS (nothing to cancel), UNKNOWN_TOPIC_OR_PARTITION,
 * INVALID_REPLICATION_FACTOR (1+: the number of replicas may not change), NOT_CONTROLLER; at the top:
 * CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER, REQUEST_TIMED_OUT.
 */
export const alterPartitionReassignmentsResponse = message(
  'AlterPartitionReassignmentsResponse',
  { apiKey: 45, validVersions: '0-1', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    allowReplicationFactorChange: field(bool, { versions: '1+', default: true }),
    errorCode: int16,
    errorMessage: nullable(string),
    responses: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: nullable(string),
      }),
    }),
  },
);

export type AlterPartitionReassignmentsResponse = Encodable<typeof alterPartitionReassignmentsResponse>;
