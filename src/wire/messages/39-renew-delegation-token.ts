import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes } from '../codec/text-and-bytes.ts';

/**
 * Puts off the expiry of a delegation token.
 */
export const renewDelegationTokenRequest = message(
  'RenewDelegationTokenRequest',
  { apiKey: 39, validVersions: '1-2', flexibleVersions: '2+' },
  {
    hmac: bytes,
    renewPeriodMs: int64,
  },
);

export type RenewDelegationTokenRequest = Decoded<typeof renewDelegationTokenRequest>;

/**
 * DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, DELEGATION_TOKEN_NOT_FOUND,
 * DELEGATION_TOKEN_OWNER_MISMATCH, DELEGATION_TOKEN_EXPIRED, NOT_CONTROLLER.
 */
export const renewDelegationTokenResponse = message(
  'RenewDelegationTokenResponse',
  { apiKey: 39, validVersions: '1-2', flexibleVersions: '2+' },
  {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: field(int32),
  },
);

export type RenewDelegationTokenResponse = Encodable<typeof renewDelegationTokenResponse>;
