import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes share groups.
 */
export const shareGroupDescribeRequest = message(
  'ShareGroupDescribeRequest',
  { apiKey: 77, validVersions: '1', flexibleVersions: '0+' },
  {
    groupIds: arrayOf(string),
    includeAuthorizedOperations: bool,
  },
);

export type ShareGroupDescribeRequest = Decoded<typeof shareGroupDescribeRequest>;

const topicPartitions = struct({
  topicId: uuid,
  topicName: string,
  partitions: arrayOf(int32),
});

const assignment = struct({
  topicPartitions: arrayOf(topicPartitions),
});

/**
 * Per group: GROUP_ID_NOT_FOUND, INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS,
 * GROUP_AUTHORIZATION_FAILED, TOPIC_AUTHORIZATION_FAILED.
 */
export const shareGroupDescribeResponse = message(
  'ShareGroupDescribeResponse',
  { apiKey: 77, validVersions: '1', flexibleVersions: '0+' },
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
        rackId: field(nullable(string), { default: null }),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: arrayOf(string),
        assignment: assignment,
      }),
      authorizedOperations: field(int32, { default: -2147483648 }),
    }),
  },
);

export type ShareGroupDescribeResponse = Encodable<typeof shareGroupDescribeResponse>;
