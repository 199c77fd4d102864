import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int8, int16, int32, uuid } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { bytes } from '../codec/text-and-bytes.ts';

/**
 * Sends metrics of a client, as OTLP.
 */
export const pushTelemetryRequest = message(
  'PushTelemetryRequest',
  { apiKey: 72, validVersions: '0', flexibleVersions: '0+' },
  {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8,
    metrics: bytes,
  },
);

export type PushTelemetryRequest = Decoded<typeof pushTelemetryRequest>;

/**
 * UNKNOWN_SUBSCRIPTION_ID (ask again what to send), TELEMETRY_TOO_LARGE, UNSUPPORTED_COMPRESSION_TYPE, THROTTLING_QUOTA_EXCEEDED,
 * INVALID_RECORD, INVALID_REQUEST (after `terminating`).
 */
export const pushTelemetryResponse = message(
  'PushTelemetryResponse',
  { apiKey: 72, validVersions: '0', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
  },
);

export type PushTelemetryResponse = Encodable<typeof pushTelemetryResponse>;
