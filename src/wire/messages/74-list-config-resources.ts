import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Lists resources that can have configs, by type (1+); version 0 lists client metrics only.
 */
export const listConfigResourcesRequest = message(
  'ListConfigResourcesRequest',
  { apiKey: 74, validVersions: '0-1', flexibleVersions: '0+' },
  {
    resourceTypes: field(arrayOf(int8), { versions: '1+' }),
  },
);

export type ListConfigResourcesRequest = Decoded<typeof listConfigResourcesRequest>;

/**
 * UNSUPPORTED_VERSION (a resource type that this version lacks), CLUSTER_AUTHORIZATION_FAILED.
 */
export const listConfigResourcesResponse = message(
  'ListConfigResourcesResponse',
  { apiKey: 74, validVersions: '0-1', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    configResources: arrayOf({
      resourceName: string,
      resourceType: field(int8, { versions: '1+', default: 16 }),
    }),
  },
);

export type ListConfigResourcesResponse = Encodable<typeof listConfigResourcesResponse>;
