import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Leaves a classic group: one member up to version 2, several from 3 on (an administrator may name static members by their
 * instance id alone).
 */
export const leaveGroupRequest = message(
  'LeaveGroupRequest',
  { apiKey: 13, validVersions: '0-5', flexibleVersions: '4+' },
  {
    groupId: string,
    memberId: field(string, { versions: '0-2' }),
    members: field(
      arrayOf({
        memberId: string,
        groupInstanceId: field(nullable(string), { default: null }),
        reason: field(nullable(string), { versions: '5+', default: null }),
      }),
      { versions: '3+' },
    ),
  },
);

export type LeaveGroupRequest = Decoded<typeof leaveGroupRequest>;

/**
 * UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (3+), INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED; from version 3 on those of single members stand beside them.
 */
export const leaveGroupResponse = message(
  'LeaveGroupResponse',
  { apiKey: 13, validVersions: '0-5', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    errorCode: int16,
    members: field(
      arrayOf({
        memberId: string,
        groupInstanceId: nullable(string),
        errorCode: int16,
      }),
      { versions: '3+' },
    ),
  },
);

export type LeaveGroupResponse = Encodable<typeof leaveGroupResponse>;
