import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Keeps a member of a classic group alive.
 */
export const heartbeatRequest = message(
  'HeartbeatRequest',
  { apiKey: 12, validVersions: '0-4', flexibleVersions: '4+' },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
  },
);

export type HeartbeatRequest = Decoded<typeof heartbeatRequest>;

/**
 * REBALANCE_IN_PROGRESS (join again), ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID (3+), INVALID_GROUP_ID,
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED.
 */
export const heartbeatResponse = message(
  'HeartbeatResponse',
  { apiKey: 12, validVersions: '0-4', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    errorCode: int16,
  },
);

export type HeartbeatResponse = Encodable<typeof heartbeatResponse>;
