import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32, int64, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Acknowledges records that a member of a share group has acquired.
 */
export const shareAcknowledgeRequest = message(
  'ShareAcknowledgeRequest',
  { apiKey: 79, validVersions: '1-2', flexibleVersions: '0+' },
  {
    groupId: field(nullable(string), { default: null }),
    memberId: nullable(string),
    shareSessionEpoch: int32,
    isRenewAck: field(bool, { versions: '2+' }),
    topics: arrayOf({
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
        acknowledgementBatches: arrayOf({
          firstOffset: int64,
          lastOffset: int64,
          acknowledgeTypes: arrayOf(int8),
        }),
      }),
    }),
  },
);

export type ShareAcknowledgeRequest = Decoded<typeof shareAcknowledgeRequest>;

/**
 * At the top: SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, GROUP_AUTHORIZATION_FAILED, INVALID_REQUEST. Per partition:
 * INVALID_RECORD_STATE, NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED,
 * KAFKA_STORAGE_ERROR.
 */
export const shareAcknowledgeResponse = message(
  'ShareAcknowledgeResponse',
  { apiKey: 79, validVersions: '1-2', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: field(nullable(string), { default: null }),
    acquisitionLockTimeoutMs: field(int32, { versions: '2+' }),
    responses: arrayOf({
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: field(nullable(string), { default: null }),
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
        }),
      }),
    }),
    nodeEndpoints: arrayOf({
      nodeId: int32,
      host: string,
      port: int32,
      rack: field(nullable(string), { default: null }),
    }),
  },
);

export type ShareAcknowledgeResponse = Encodable<typeof shareAcknowledgeResponse>;
