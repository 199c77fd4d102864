import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int8, int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks which of its metrics a client should send. The zero id asks for a new client id.
 */
export const getTelemetrySubscriptionsRequest = message(
  'GetTelemetrySubscriptionsRequest',
  { apiKey: 71, validVersions: '0', flexibleVersions: '0+' },
  {
    clientInstanceId: uuid,
  },
);

export type GetTelemetrySubscriptionsRequest = Decoded<typeof getTelemetrySubscriptionsRequest>;

/**
 * UNSUPPORTED_VERSION (no receiver of metrics is configured), INVALID_REQUEST.
 */
export const getTelemetrySubscriptionsResponse = message(
  'GetTelemetrySubscriptionsResponse',
  { apiKey: 71, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    clientInstanceId: uuid,
    subscriptionId: int32,
    acceptedCompressionTypes: arrayOf(int8),
    pushIntervalMs: int32,
    telemetryMaxBytes: int32,
    deltaTemporality: bool,
    requestedMetrics: arrayOf(string),
  },
);

export type GetTelemetrySubscriptionsResponse = Encodable<typeof getTelemetrySubscriptionsResponse>;
