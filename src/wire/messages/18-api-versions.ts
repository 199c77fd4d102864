import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks which APIs the broker serves, in which versions. The request’s header is flexible from version 3 on; the response’s
 * never is. Version 4 may ask for features whose lowest version is 0.
 */
export const apiVersionsRequest = message(
  'ApiVersionsRequest',
  { apiKey: 18, validVersions: '0-4', flexibleVersions: '3+' },
  {
    clientSoftwareName: field(string, { versions: '3+' }),
    clientSoftwareVersion: field(string, { versions: '3+' }),
  },
);

export type ApiVersionsRequest = Decoded<typeof apiVersionsRequest>;

/**
 * UNSUPPORTED_VERSION: the body is then of version 0, and lists the versions of ApiVersions at least. INVALID_REQUEST:
 * `clientSoftwareName` or `clientSoftwareVersion` is not made of letters, digits, dots and dashes.
 */
export const apiVersionsResponse = message(
  'ApiVersionsResponse',
  { apiKey: 18, validVersions: '0-4', flexibleVersions: '3+' },
  {
    errorCode: int16,
    apiKeys: arrayOf({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
    throttleTimeMs: field(int32, { versions: '1+' }),
    supportedFeatures: field(
      arrayOf({
        name: string,
        minVersion: int16,
        maxVersion: int16,
      }),
      { versions: '3+', tag: 0 },
    ),
    /** −1: unknown. */
    finalizedFeaturesEpoch: field(int64, { versions: '3+', default: -1n, tag: 1 }),
    finalizedFeatures: field(
      arrayOf({
        name: string,
        maxVersionLevel: int16,
        minVersionLevel: int16,
      }),
      { versions: '3+', tag: 2 },
    ),
    zkMigrationReady: field(bool, { versions: '3+', tag: 3 }),
  },
);

export type ApiVersionsResponse = Encodable<typeof apiVersionsResponse>;
