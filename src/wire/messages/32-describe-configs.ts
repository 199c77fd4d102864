import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes configs of topics (resource type 2), brokers (4), broker loggers (8), client metrics (16) or groups (32).
 * `configurationKeys` null means all.
 */
export const describeConfigsRequest = message(
  'DescribeConfigsRequest',
  { apiKey: 32, validVersions: '1-4', flexibleVersions: '4+' },
  {
    resources: arrayOf({
      resourceType: int8,
      resourceName: string,
      configurationKeys: nullable(arrayOf(string)),
    }),
    includeSynonyms: field(bool),
    includeDocumentation: field(bool, { versions: '3+' }),
  },
);

export type DescribeConfigsRequest = Decoded<typeof describeConfigsRequest>;

/**
 * Per resource: UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, INVALID_REQUEST (an unknown resource type or a broker id
 * other than this broker’s), TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeConfigsResponse = message(
  'DescribeConfigsResponse',
  { apiKey: 32, validVersions: '1-4', flexibleVersions: '4+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
      resourceType: int8,
      resourceName: string,
      configs: arrayOf({
        name: string,
        value: nullable(string),
        readOnly: bool,
        /**
         * 1 dynamic topic, 2 dynamic broker, 3 dynamic default broker, 4 static broker, 5 default, 6 dynamic broker logger,
         * 7 client metrics, 8 group.
         */
        configSource: field(int8, { default: -1 }),
        isSensitive: bool,
        synonyms: arrayOf({
          name: string,
          value: nullable(string),
          source: int8,
        }),
        /** 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password. */
        configType: field(int8, { versions: '3+' }),
        documentation: field(nullable(string), { versions: '3+' }),
      }),
    }),
  },
);

export type DescribeConfigsResponse = Encodable<typeof describeConfigsResponse>;
