import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks for the brokers, the controller, and topics with their partitions and leaders. `topics` null means all topics; an empty
 * list means none (but all topics in version 0). Ids may take the place of names from version 12 on (10 in form only).
 */
export const metadataRequest = message(
  'MetadataRequest',
  { apiKey: 3, validVersions: '0-13', flexibleVersions: '9+' },
  {
    topics: nullable(
      arrayOf({
        topicId: field(uuid, { versions: '10+' }),
        name: nullable(string, '10+'),
      }),
      '1+',
    ),
    allowAutoTopicCreation: field(bool, { versions: '4+', default: true }),
    includeClusterAuthorizedOperations: field(bool, { versions: '8-10' }),
    includeTopicAuthorizedOperations: field(bool, { versions: '8+' }),
  },
);

export type MetadataRequest = Decoded<typeof metadataRequest>;

/**
 * Per topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (12+), INVALID_TOPIC_EXCEPTION, LEADER_NOT_AVAILABLE (a topic being
 * created, too), TOPIC_AUTHORIZATION_FAILED, INVALID_REPLICATION_FACTOR (automatic creation impossible). Per partition:
 * LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND (6+; older versions get LEADER_NOT_AVAILABLE), REPLICA_NOT_AVAILABLE (version 0).
 * At the top (13+): REBOOTSTRAP_REQUIRED.
 */
export const metadataResponse = message(
  'MetadataResponse',
  { apiKey: 3, validVersions: '0-13', flexibleVersions: '9+' },
  {
    throttleTimeMs: field(int32, { versions: '3+' }),
    brokers: arrayOf({
      nodeId: int32,
      host: string,
      port: int32,
      rack: field(nullable(string), { versions: '1+', default: null }),
    }),
    clusterId: field(nullable(string), { versions: '2+', default: null }),
    controllerId: field(int32, { versions: '1+', default: -1 }),
    topics: arrayOf({
      errorCode: int16,
      name: nullable(string, '12+'),
      topicId: field(uuid, { versions: '10+' }),
      isInternal: field(bool, { versions: '1+' }),
      partitions: arrayOf({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: field(int32, { versions: '7+', default: -1 }),
        replicaNodes: arrayOf(int32),
        isrNodes: arrayOf(int32),
        offlineReplicas: field(arrayOf(int32), { versions: '5+' }),
      }),
      /** Bit field; the lowest int32 when it was not asked for. */
      topicAuthorizedOperations: field(int32, { versions: '8+', default: -2147483648 }),
    }),
    /** Bit field; the lowest int32 when it was not asked for. */
    clusterAuthorizedOperations: field(int32, { versions: '8-10', default: -2147483648 }),
    errorCode: field(int16, { versions: '13+' }),
  },
);

export type MetadataResponse = Encodable<typeof metadataResponse>;
