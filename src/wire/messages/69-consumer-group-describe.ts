import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes consumer groups of the new protocol.
 */
export const consumerGroupDescribeRequest = message(
  'ConsumerGroupDescribeRequest',
  { apiKey: 69, validVersions: '0-1', flexibleVersions: '0+' },
  {
    groupIds: arrayOf(string),
    includeAuthorizedOperations: bool,
  },
);

export type ConsumerGroupDescribeRequest = Decoded<typeof consumerGroupDescribeRequest>;

const topicPartitions = struct({
  topicId: uuid,
  topicName: string,
  partitions: arrayOf(int32),
});

const assignment = struct({
  topicPartitions: arrayOf(topicPartitions),
});

/**
 * Per group: GROUP_ID_NOT_FOUND (a classic group, too), INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED.
 */
export const consumerGroupDescribeResponse = message(
  'ConsumerGroupDescribeResponse',
  { apiKey: 69, validVersions: '0-1', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    groups: arrayOf({
      errorCode: int16,
      errorMessage: field(nullable(string), { default: null }),
      groupId: string,
      groupState: string,
      groupEpoch: int32,
      assignmentEpoch: int32,
      assignorName: string,
      members: arrayOf({
        memberId: string,
        instanceId: field(nullable(string), { default: null }),
        rackId: field(nullable(string), { default: null }),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: arrayOf(string),
        subscribedTopicRegex: field(nullable(string), { default: null }),
        assignment: assignment,
        targetAssignment: assignment,
        memberType: field(int8, { versions: '1+', default: -1 }),
      }),
      authorizedOperations: field(int32, { default: -2147483648 }),
    }),
  },
);

export type ConsumerGroupDescribeResponse = Encodable<typeof consumerGroupDescribeResponse>;
