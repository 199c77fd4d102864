import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Lists access rules that match a filter.
 */
export const describeAclsRequest = message(
  'DescribeAclsRequest',
  { apiKey: 29, validVersions: '1-3', flexibleVersions: '2+' },
  {
    resourceTypeFilter: int8,
    resourceNameFilter: nullable(string),
    patternTypeFilter: field(int8, { default: 3 }),
    principalFilter: nullable(string),
    hostFilter: nullable(string),
    operation: int8,
    permissionType: int8,
  },
);

export type DescribeAclsRequest = Decoded<typeof describeAclsRequest>;

/**
 * SECURITY_DISABLED (no authorizer), INVALID_REQUEST, CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeAclsResponse = message(
  'DescribeAclsResponse',
  { apiKey: 29, validVersions: '1-3', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
    resources: arrayOf({
      resourceType: int8,
      resourceName: string,
      patternType: field(int8, { default: 3 }),
      acls: arrayOf({
        principal: string,
        host: string,
        operation: int8,
        permissionType: int8,
      }),
    }),
  },
);

export type DescribeAclsResponse = Encodable<typeof describeAclsResponse>;
