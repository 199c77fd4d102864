import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Asks for this member’s assignment in the current generation; the leader’s request carries everyone’s.
 */
export const syncGroupRequest = message(
  'SyncGroupRequest',
  { apiKey: 14, validVersions: '0-5', flexibleVersions: '4+' },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
    protocolType: field(nullable(string), { versions: '5+', default: null }),
    protocolName: field(nullable(string), { versions: '5+', default: null }),
    assignments: arrayOf({
      memberId: string,
      assignment: bytes,
    }),
  },
);

export type SyncGroupRequest = Decoded<typeof syncGroupRequest>;

/**
 * ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, INCONSISTENT_GROUP_PROTOCOL (5+: the protocol type or name
 * is not the group’s), FENCED_INSTANCE_ID (3+), INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED.
 */
export const syncGroupResponse = message(
  'SyncGroupResponse',
  { apiKey: 14, validVersions: '0-5', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    errorCode: int16,
    protocolType: field(nullable(string), { versions: '5+', default: null }),
    protocolName: field(nullable(string), { versions: '5+', default: null }),
    assignment: bytes,
  },
);

export type SyncGroupResponse = Encodable<typeof syncGroupResponse>;
