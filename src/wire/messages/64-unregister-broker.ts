import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Removes the registration of a broker that is gone.
 */
export const unregisterBrokerRequest = message(
  'UnregisterBrokerRequest',
  { apiKey: 64, validVersions: '0', flexibleVersions: '0+' },
  {
    brokerId: int32,
  },
);

export type UnregisterBrokerRequest = Decoded<typeof unregisterBrokerRequest>;

/**
 * BROKER_ID_NOT_REGISTERED, NOT_CONTROLLER, REQUEST_TIMED_OUT, CLUSTER_AUTHORIZATION_FAILED.
 */
export const unregisterBrokerResponse = message(
  'UnregisterBrokerResponse',
  { apiKey: 64, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: nullable(string),
  },
);

export type UnregisterBrokerResponse = Encodable<typeof unregisterBrokerResponse>;
