import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Joins, keeps alive or leaves a share group: member epoch 0 joins, −1 leaves.
 */
export const shareGroupHeartbeatRequest = message(
  'ShareGroupHeartbeatRequest',
  { apiKey: 76, validVersions: '1', flexibleVersions: '0+' },
  {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    rackId: field(nullable(string), { default: null }),
    subscribedTopicNames: field(nullable(arrayOf(string)), { default: null }),
  },
);

export type ShareGroupHeartbeatRequest = Decoded<typeof shareGroupHeartbeatRequest>;

const topicPartitions = struct({
  topicId: uuid,
  partitions: arrayOf(int32),
});

/**
 * UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_MAX_SIZE_REACHED, INVALID_REQUEST, GROUP_ID_NOT_FOUND, NOT_COORDINATOR,
 * COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED.
 */
export const shareGroupHeartbeatResponse = message(
  'ShareGroupHeartbeatResponse',
  { apiKey: 76, validVersions: '1', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: field(nullable(string), { default: null }),
    memberId: field(nullable(string), { default: null }),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: field(
      nullable(
        struct({
          topicPartitions: arrayOf(topicPartitions),
        }),
      ),
      { default: null },
    ),
  },
);

export type ShareGroupHeartbeatResponse = Encodable<typeof shareGroupHeartbeatResponse>;
