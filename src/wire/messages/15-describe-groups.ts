import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Describes classic groups and their members.
 */
export const describeGroupsRequest = message(
  'DescribeGroupsRequest',
  { apiKey: 15, validVersions: '0-6', flexibleVersions: '5+' },
  {
    groups: arrayOf(string),
    includeAuthorizedOperations: field(bool, { versions: '3+' }),
  },
);

export type DescribeGroupsRequest = Decoded<typeof describeGroupsRequest>;

/**
 * Per group: GROUP_ID_NOT_FOUND (6+; older versions get the state `Dead` without an error), INVALID_GROUP_ID,
 * NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED.
 */
export const describeGroupsResponse = message(
  'DescribeGroupsResponse',
  { apiKey: 15, validVersions: '0-6', flexibleVersions: '5+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    groups: arrayOf({
      errorCode: int16,
      errorMessage: field(nullable(string), { versions: '6+', default: null }),
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: arrayOf({
        memberId: string,
        groupInstanceId: field(nullable(string), { versions: '4+', default: null }),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: field(int32, { versions: '3+', default: -2147483648 }),
    }),
  },
);

export type DescribeGroupsResponse = Encodable<typeof describeGroupsResponse>;
