import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Creates access rules.
 */
export const createAclsRequest = message(
  'CreateAclsRequest',
  { apiKey: 30, validVersions: '1-3', flexibleVersions: '2+' },
  {
    creations: arrayOf({
      resourceType: int8,
      resourceName: string,
      resourcePatternType: field(int8, { default: 3 }),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  },
);

export type CreateAclsRequest = Decoded<typeof createAclsRequest>;

/**
 * Per rule: SECURITY_DISABLED, INVALID_REQUEST (an unknown operation, pattern or principal), INVALID_PRINCIPAL_TYPE,
 * CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER.
 */
export const createAclsResponse = message(
  'CreateAclsResponse',
  { apiKey: 30, validVersions: '1-3', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  },
);

export type CreateAclsResponse = Encodable<typeof createAclsResponse>;
