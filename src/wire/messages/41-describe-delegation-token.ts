import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes, string } from '../codec/text-and-bytes.ts';

/**
 * Lists the delegation tokens of owners; `owners` null means all that the client may see.
 */
export const describeDelegationTokenRequest = message(
  'DescribeDelegationTokenRequest',
  { apiKey: 41, validVersions: '1-3', flexibleVersions: '2+' },
  {
    owners: nullable(
      arrayOf({
        principalType: string,
        principalName: string,
      }),
    ),
  },
);

export type DescribeDelegationTokenRequest = Decoded<typeof describeDelegationTokenRequest>;

/**
 * DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.
 */
export const describeDelegationTokenResponse = message(
  'DescribeDelegationTokenResponse',
  { apiKey: 41, validVersions: '1-3', flexibleVersions: '2+' },
  {
    errorCode: int16,
    tokens: arrayOf({
      principalType: string,
      principalName: string,
      tokenRequesterPrincipalType: field(string, { versions: '3+' }),
      tokenRequesterPrincipalName: field(string, { versions: '3+' }),
      issueTimestamp: int64,
      expiryTimestamp: int64,
      maxTimestamp: int64,
      tokenId: string,
      hmac: bytes,
      renewers: arrayOf({
        principalType: string,
        principalName: string,
      }),
    }),
    throttleTimeMs: field(int32),
  },
);

export type DescribeDelegationTokenResponse = Encodable<typeof describeDelegationTokenResponse>;
