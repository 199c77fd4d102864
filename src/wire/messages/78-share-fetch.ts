import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32, int64, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { records, string } from '../codec/text-and-bytes.ts';

/**
 * Acquires records for a member of a share group, and may acknowledge earlier ones. Acknowledgement types: 0 gap, 1 accept,
 * 2 release, 3 reject, 4 renew (2+).
 */
export const shareFetchRequest = message(
  'ShareFetchRequest',
  { apiKey: 78, validVersions: '1-2', flexibleVersions: '0+' },
  {
    groupId: field(nullable(string), { default: null }),
    memberId: nullable(string),
    shareSessionEpoch: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: field(int32, { default: 2147483647 }),
    maxRecords: int32,
    batchSize: int32,
    shareAcquireMode: field(int8, { versions: '2+' }),
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
    forgottenTopicsData: arrayOf({
      topicId: uuid,
      partitions: arrayOf(int32),
    }),
  },
);

export type ShareFetchRequest = Decoded<typeof shareFetchRequest>;

/**
 * At the top: SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED, GROUP_AUTHORIZATION_FAILED,
 * INVALID_REQUEST. Per partition: NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH,
 * TOPIC_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE; `acknowledgeErrorCode`: INVALID_RECORD_STATE and those of
 * ShareAcknowledge.
 */
export const shareFetchResponse = message(
  'ShareFetchResponse',
  { apiKey: 78, validVersions: '1-2', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: field(nullable(string), { default: null }),
    acquisitionLockTimeoutMs: int32,
    responses: arrayOf({
      topicId: uuid,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: field(nullable(string), { default: null }),
        acknowledgeErrorCode: int16,
        acknowledgeErrorMessage: field(nullable(string), { default: null }),
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
        }),
        records: records,
        acquiredRecords: arrayOf({
          firstOffset: int64,
          lastOffset: int64,
          deliveryCount: int16,
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

export type ShareFetchResponse = Encodable<typeof shareFetchResponse>;
