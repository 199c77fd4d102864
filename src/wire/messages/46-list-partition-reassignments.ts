import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Lists the moves under way; `topics` null means all.
 */
export const listPartitionReassignmentsRequest = message(
  'ListPartitionReassignmentsRequest',
  { apiKey: 46, validVersions: '0', flexibleVersions: '0+' },
  {
    timeoutMs: field(int32, { default: 60000 }),
    topics: field(
      nullable(
        arrayOf({
          name: string,
          partitionIndexes: arrayOf(int32),
        }),
      ),
      { default: null },
    ),
  },
);

export type ListPartitionReassignmentsRequest = Decoded<typeof listPartitionReassignmentsRequest>;

/**
 * NOT_CONTROLLER, CLUSTER_AUTHORIZATION_FAILED, REQUEST_TIMED_OUT.
 */
export const listPartitionReassignmentsResponse = message(
  'ListPartitionReassignmentsResponse',
  { apiKey: 46, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
    topics: arrayOf({
      name: string,
      partitions: arrayOf({
        partitionIndex: int32,
        replicas: arrayOf(int32),
        addingReplicas: arrayOf(int32),
        removingReplicas: arrayOf(int32),
      }),
    }),
  },
);

export type ListPartitionReassignmentsResponse = Encodable<typeof listPartitionReassignmentsResponse>;
