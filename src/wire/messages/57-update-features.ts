import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Finalizes feature levels. Upgrade type 1 upgrades, 2 downgrades when that is safe, 3 downgrades at the price of metadata.
 */
export const updateFeaturesRequest = message(
  'UpdateFeaturesRequest',
  { apiKey: 57, validVersions: '0-2', flexibleVersions: '0+' },
  {
    timeoutMs: field(int32, { default: 60000 }),
    featureUpdates: arrayOf({
      feature: string,
      maxVersionLevel: int16,
      allowDowngrade: field(bool, { versions: '0' }),
      upgradeType: field(int8, { versions: '1+', default: 1 }),
    }),
    validateOnly: field(bool, { versions: '1+' }),
  },
);

export type UpdateFeaturesRequest = Decoded<typeof updateFeaturesRequest>;

/**
 * FEATURE_UPDATE_FAILED, INVALID_UPDATE_VERSION, INVALID_REQUEST, NOT_CONTROLLER, CLUSTER_AUTHORIZATION_FAILED.
 */
export const updateFeaturesResponse = message(
  'UpdateFeaturesResponse',
  { apiKey: 57, validVersions: '0-2', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
    results: field(
      arrayOf({
        feature: string,
        errorCode: int16,
        errorMessage: nullable(string),
      }),
      { versions: '0-1' },
    ),
  },
);

export type UpdateFeaturesResponse = Encodable<typeof updateFeaturesResponse>;
