import { arrayOf } from '../codec/array.ts';
import { message } from '../codec/message.ts';
import { int16 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Chooses a SASL mechanism. With version 1 the exchange goes on in SaslAuthenticate, with 0 in bare tokens.
 */
export const saslHandshakeRequest = message(
  'SaslHandshakeRequest',
  { apiKey: 17, validVersions: '0-1', flexibleVersions: 'none' },
  {
    mechanism: string,
  },
);

export type SaslHandshakeRequest = Decoded<typeof saslHandshakeRequest>;

/**
 * UNSUPPORTED_SASL_MECHANISM (with the list of those enabled), ILLEGAL_SASL_STATE (authenticated already).
 */
export const saslHandshakeResponse = message(
  'SaslHandshakeResponse',
  { apiKey: 17, validVersions: '0-1', flexibleVersions: 'none' },
  {
    errorCode: int16,
    mechanisms: arrayOf(string),
  },
);

export type SaslHandshakeResponse = Encodable<typeof saslHandshakeResponse>;
