import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, float64, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes client quotas that match all components of a filter.
 */
export const describeClientQuotasRequest = message(
  'DescribeClientQuotasRequest',
  { apiKey: 48, validVersions: '0-1', flexibleVersions: '1+' },
  {
    components: arrayOf({
      entityType: string,
      matchType: int8,
      match: nullable(string),
    }),
    strict: bool,
  },
);

export type DescribeClientQuotasRequest = Decoded<typeof describeClientQuotasRequest>;

/**
 * INVALID_REQUEST, UNSUPPORTED_VERSION (an unknown entity type), CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeClientQuotasResponse = message(
  'DescribeClientQuotasResponse',
  { apiKey: 48, validVersions: '0-1', flexibleVersions: '1+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
    entries: nullable(
      arrayOf({
        entity: arrayOf({
          entityType: string,
          entityName: nullable(string),
        }),
        values: arrayOf({
          key: string,
          value: float64,
        }),
      }),
    ),
  },
);

export type DescribeClientQuotasResponse = Encodable<typeof describeClientQuotasResponse>;
