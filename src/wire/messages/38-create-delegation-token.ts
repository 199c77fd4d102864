import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Creates a delegation token.
 */
export const createDelegationTokenRequest = message(
  'CreateDelegationTokenRequest',
  { apiKey: 38, validVersions: '1-3', flexibleVersions: '2+' },
  {
    ownerPrincipalType: field(nullable(string), { versions: '3+' }),
    ownerPrincipalName: field(nullable(string), { versions: '3+' }),
    renewers: arrayOf({
      principalType: string,
      principalName: string,
    }),
    maxLifetimeMs: int64,
  },
);

export type CreateDelegationTokenRequest = Decoded<typeof createDelegationTokenRequest>;

/**
 * DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED (the connection is not authenticated by other means),
 * INVALID_PRINCIPAL_TYPE, INVALID_TIMESTAMP, DELEGATION_TOKEN_AUTHORIZATION_FAILED (3+), NOT_CONTROLLER.
 */
export const createDelegationTokenResponse = message(
  'CreateDelegationTokenResponse',
  { apiKey: 38, validVersions: '1-3', flexibleVersions: '2+' },
  {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: field(string, { versions: '3+' }),
    tokenRequesterPrincipalName: field(string, { versions: '3+' }),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: field(int32),
  },
);

export type CreateDelegationTokenResponse = Encodable<typeof createDelegationTokenResponse>;
