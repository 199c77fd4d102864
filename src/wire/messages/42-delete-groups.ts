import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Deletes groups that have no members, with their committed offsets.
 */
export const deleteGroupsRequest = message(
  'DeleteGroupsRequest',
  { apiKey: 42, validVersions: '0-2', flexibleVersions: '2+' },
  {
    groupsNames: arrayOf(string),
  },
);

export type DeleteGroupsRequest = Decoded<typeof deleteGroupsRequest>;

/**
 * Per group: NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND, INVALID_GROUP_ID, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE,
 * COORDINATOR_LOAD_IN_PROGRESS, GROUP_AUTHORIZATION_FAILED.
 */
export const deleteGroupsResponse = message(
  'DeleteGroupsResponse',
  { apiKey: 42, validVersions: '0-2', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      groupId: string,
      errorCode: int16,
    }),
  },
);

export type DeleteGroupsResponse = Encodable<typeof deleteGroupsResponse>;
