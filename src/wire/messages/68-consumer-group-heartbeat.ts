import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Joins, keeps alive or leaves a consumer group of the new protocol: member epoch 0 joins, −1 leaves, −2 leaves for a while
 * (static). Fields that have not changed since the last heartbeat are null or −1. From version 1 on the member chooses its id.
 */
export const consumerGroupHeartbeatRequest = message(
  'ConsumerGroupHeartbeatRequest',
  { apiKey: 68, validVersions: '0-1', flexibleVersions: '0+' },
  {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: field(nullable(string), { default: null }),
    rackId: field(nullable(string), { default: null }),
    rebalanceTimeoutMs: field(int32, { default: -1 }),
    subscribedTopicNames: field(nullable(arrayOf(string)), { default: null }),
    subscribedTopicRegex: field(nullable(string), { versions: '1+', default: null }),
    serverAssignor: field(nullable(string), { default: null }),
    topicPartitions: field(
      nullable(
        arrayOf({
          topicId: uuid,
          partitions: arrayOf(int32),
        }),
      ),
      { default: null },
    ),
  },
);

export type ConsumerGroupHeartbeatRequest = Decoded<typeof consumerGroupHeartbeatRequest>;

const topicPartitions = struct({
  topicId: uuid,
  partitions: arrayOf(int32),
});

/**
 * FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, UNRELEASED_INSTANCE_ID, UNSUPPORTED_ASSIGNOR, GROUP_MAX_SIZE_REACHED,
 * INVALID_REQUEST, INVALID_REGULAR_EXPRESSION (1+), GROUP_ID_NOT_FOUND, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED (1+). `assignment` is null when it
 * has not changed.
 */
export const consumerGroupHeartbeatResponse = message(
  'ConsumerGroupHeartbeatResponse',
  { apiKey: 68, validVersions: '0-1', flexibleVersions: '0+' },
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

export type ConsumerGroupHeartbeatResponse = Encodable<typeof consumerGroupHeartbeatResponse>;
