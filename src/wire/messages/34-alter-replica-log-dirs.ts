import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Moves replicas to another log directory of the same broker.
 */
export const alterReplicaLogDirsRequest = message(
  'AlterReplicaLogDirsRequest',
  { apiKey: 34, validVersions: '1-2', flexibleVersions: '2+' },
  {
    dirs: arrayOf({
      path: string,
      topics: arrayOf({
        name: string,
        partitions: arrayOf(int32),
      }),
    }),
  },
);

export type AlterReplicaLogDirsRequest = Decoded<typeof alterReplicaLogDirsRequest>;

/**
 * Per partition: LOG_DIR_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR,
 * CLUSTER_AUTHORIZATION_FAILED.
 */
export const alterReplicaLogDirsResponse = message(
  'AlterReplicaLogDirsResponse',
  { apiKey: 34, validVersions: '1-2', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      topicName: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
);

export type AlterReplicaLogDirsResponse = Encodable<typeof alterReplicaLogDirsResponse>;
