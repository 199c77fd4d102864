import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Joins a classic group, or joins it again for the next generation. The response comes when the group is complete. The
 * first join of a dynamic member has an empty member id: from version 4 on it is answered with MEMBER_ID_REQUIRED and an id.
 */
export const joinGroupRequest = message(
  'JoinGroupRequest',
  { apiKey: 11, validVersions: '0-9', flexibleVersions: '6+' },
  {
    groupId: string,
    sessionTimeoutMs: int32,
    /** Version 0: the session time-out counts. */
    rebalanceTimeoutMs: field(int32, { versions: '1+', default: -1 }),
    memberId: string,
    groupInstanceId: field(nullable(string), { versions: '5+', default: null }),
    protocolType: string,
    /** In order of preference. */
    protocols: arrayOf({
      name: string,
      metadata: bytes,
    }),
    reason: field(nullable(string), { versions: '8+', default: null }),
  },
);

export type JoinGroupRequest = Decoded<typeof joinGroupRequest>;

/**
 * MEMBER_ID_REQUIRED (4+), UNKNOWN_MEMBER_ID, INCONSISTENT_GROUP_PROTOCOL (protocol type or no common protocol),
 * INVALID_SESSION_TIMEOUT, GROUP_MAX_SIZE_REACHED, FENCED_INSTANCE_ID (5+), INVALID_GROUP_ID, REBALANCE_IN_PROGRESS,
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED. The leader alone gets
 * the members; from version 9 on `skipAssignment` tells a returning static leader to keep the assignment.
 */
export const joinGroupResponse = message(
  'JoinGroupResponse',
  { apiKey: 11, validVersions: '0-9', flexibleVersions: '6+' },
  {
    throttleTimeMs: field(int32, { versions: '2+' }),
    errorCode: int16,
    generationId: field(int32, { default: -1 }),
    protocolType: field(nullable(string), { versions: '7+', default: null }),
    protocolName: nullable(string, '7+'),
    leader: string,
    skipAssignment: field(bool, { versions: '9+' }),
    memberId: string,
    /** Empty for all but the leader. */
    members: arrayOf({
      memberId: string,
      groupInstanceId: field(nullable(string), { versions: '5+', default: null }),
      metadata: bytes,
    }),
  },
);

export type JoinGroupResponse = Encodable<typeof joinGroupResponse>;
