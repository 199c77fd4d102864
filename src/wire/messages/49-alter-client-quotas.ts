import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, float64, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Sets or removes client quotas.
 */
export const alterClientQuotasRequest = message(
  'AlterClientQuotasRequest',
  { apiKey: 49, validVersions: '0-1', flexibleVersions: '1+' },
  {
    entries: arrayOf({
      entity: arrayOf({
        entityType: string,
        entityName: nullable(string),
      }),
      ops: arrayOf({
        key: string,
        value: float64,
        remove: bool,
      }),
    }),
    validateOnly: bool,
  },
);

export type AlterClientQuotasRequest = Decoded<typeof alterClientQuotasRequest>;

/**
 * Per entity: INVALID_REQUEST, UNSUPPORTED_VERSION, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER.
 */
export const alterClientQuotasResponse = message(
  'AlterClientQuotasResponse',
  { apiKey: 49, validVersions: '0-1', flexibleVersions: '1+' },
  {
    throttleTimeMs: field(int32),
    entries: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
      entity: arrayOf({
        entityType: string,
        entityName: nullable(string),
      }),
    }),
  },
);

export type AlterClientQuotasResponse = Encodable<typeof alterClientQuotasResponse>;
