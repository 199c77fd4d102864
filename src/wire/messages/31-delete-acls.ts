import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Deletes the access rules that match filters.
 */
export const deleteAclsRequest = message(
  'DeleteAclsRequest',
  { apiKey: 31, validVersions: '1-3', flexibleVersions: '2+' },
  {
    filters: arrayOf({
      resourceTypeFilter: int8,
      resourceNameFilter: nullable(string),
      patternTypeFilter: field(int8, { default: 3 }),
      principalFilter: nullable(string),
      hostFilter: nullable(string),
      operation: int8,
      permissionType: int8,
    }),
  },
);

export type DeleteAclsRequest = Decoded<typeof deleteAclsRequest>;

/**
 * Per filter: SECURITY_DISABLED, INVALID_REQUEST, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER; per rule: what its deletion met.
 */
export const deleteAclsResponse = message(
  'DeleteAclsResponse',
  { apiKey: 31, validVersions: '1-3', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    filterResults: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
      matchingAcls: arrayOf({
        errorCode: int16,
        errorMessage: nullable(string),
        resourceType: int8,
        resourceName: string,
        patternType: field(int8, { default: 3 }),
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
);

export type DeleteAclsResponse = Encodable<typeof deleteAclsResponse>;
