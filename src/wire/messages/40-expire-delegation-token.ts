import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes } from '../codec/text-and-bytes.ts';

/**
 * Has a delegation token expire sooner, or at once with a negative period.
 */
export const expireDelegationTokenRequest = message(
  'ExpireDelegationTokenRequest',
  { apiKey: 40, validVersions: '1-2', flexibleVersions: '2+' },
  {
    hmac: bytes,
    expiryTimePeriodMs: int64,
  },
);

export type ExpireDelegationTokenRequest = Decoded<typeof expireDelegationTokenRequest>;

/**
 * DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, DELEGATION_TOKEN_NOT_FOUND,
 * DELEGATION_TOKEN_OWNER_MISMATCH, DELEGATION_TOKEN_EXPIRED, NOT_CONTROLLER.
 */
export const expireDelegationTokenResponse = message(
  'ExpireDelegationTokenResponse',
  { apiKey: 40, validVersions: '1-2', flexibleVersions: '2+' },
  {
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: field(int32),
  },
);

export type ExpireDelegationTokenResponse = Encodable<typeof expireDelegationTokenResponse>;
