import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Sets and deletes SCRAM credentials of users. Mechanism 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.
 */
export const alterUserScramCredentialsRequest = message(
  'AlterUserScramCredentialsRequest',
  { apiKey: 51, validVersions: '0', flexibleVersions: '0+' },
  {
    deletions: arrayOf({
      name: string,
      mechanism: int8,
    }),
    upsertions: arrayOf({
      name: string,
      mechanism: int8,
      iterations: int32,
      salt: bytes,
      saltedPassword: bytes,
    }),
  },
);

export type AlterUserScramCredentialsRequest = Decoded<typeof alterUserScramCredentialsRequest>;

/**
 * Per user: RESOURCE_NOT_FOUND (deletion), DUPLICATE_RESOURCE, UNACCEPTABLE_CREDENTIAL (iterations out of bounds, empty name),
 * UNSUPPORTED_SASL_MECHANISM, NOT_CONTROLLER, CLUSTER_AUTHORIZATION_FAILED.
 */
export const alterUserScramCredentialsResponse = message(
  'AlterUserScramCredentialsResponse',
  { apiKey: 51, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    results: arrayOf({
      user: string,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
  },
);

export type AlterUserScramCredentialsResponse = Encodable<typeof alterUserScramCredentialsResponse>;
