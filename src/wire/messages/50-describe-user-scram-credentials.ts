import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the SCRAM credentials of users (never the secrets); `users` null means all.
 */
export const describeUserScramCredentialsRequest = message(
  'DescribeUserScramCredentialsRequest',
  { apiKey: 50, validVersions: '0', flexibleVersions: '0+' },
  {
    users: nullable(
      arrayOf({
        name: string,
      }),
    ),
  },
);

export type DescribeUserScramCredentialsRequest = Decoded<typeof describeUserScramCredentialsRequest>;

/**
 * Per user: RESOURCE_NOT_FOUND, DUPLICATE_RESOURCE; at the top: CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeUserScramCredentialsResponse = message(
  'DescribeUserScramCredentialsResponse',
  { apiKey: 50, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
    results: arrayOf({
      user: string,
      errorCode: int16,
      errorMessage: nullable(string),
      credentialInfos: arrayOf({
        mechanism: int8,
        iterations: int32,
      }),
    }),
  },
);

export type DescribeUserScramCredentialsResponse = Encodable<typeof describeUserScramCredentialsResponse>;
