import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Carries one message of the SASL exchange that SaslHandshake began.
 */
export const saslAuthenticateRequest = message(
  'SaslAuthenticateRequest',
  { apiKey: 36, validVersions: '0-2', flexibleVersions: '2+' },
  {
    authBytes: bytes,
  },
);

export type SaslAuthenticateRequest = Decoded<typeof saslAuthenticateRequest>;

/**
 * SASL_AUTHENTICATION_FAILED (`errorMessage` may be shown to the user), ILLEGAL_SASL_STATE, UNSUPPORTED_SASL_MECHANISM.
 */
export const saslAuthenticateResponse = message(
  'SaslAuthenticateResponse',
  { apiKey: 36, validVersions: '0-2', flexibleVersions: '2+' },
  {
    errorCode: int16,
    errorMessage: nullable(string),
    authBytes: bytes,
    sessionLifetimeMs: field(int64, { versions: '1+' }),
  },
);

export type SaslAuthenticateResponse = Encodable<typeof saslAuthenticateResponse>;
