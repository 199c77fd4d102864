import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Lists the groups that this broker coordinates, filtered by state (4+) and type (5+).
 */
export const listGroupsRequest = message(
  'ListGroupsRequest',
  { apiKey: 16, validVersions: '0-5', flexibleVersions: '3+' },
  {
    statesFilter: field(arrayOf(string), { versions: '4+' }),
    typesFilter: field(arrayOf(string), { versions: '5+' }),
  },
);

export type ListGroupsRequest = Decoded<typeof listGroupsRequest>;

/**
 * COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS. Groups that the client may not describe are left out.
 */
export const listGroupsResponse = message(
  'ListGroupsResponse',
  { apiKey: 16, validVersions: '0-5', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    errorCode: int16,
    groups: arrayOf({
      groupId: string,
      protocolType: string,
      groupState: field(string, { versions: '4+' }),
      groupType: field(string, { versions: '5+' }),
    }),
  },
);

export type ListGroupsResponse = Encodable<typeof listGroupsResponse>;
