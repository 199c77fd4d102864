import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Replaces all configs of resources: a key that is not named goes back to its default. Superseded by
 * IncrementalAlterConfigs.
 */
export const alterConfigsRequest = message(
  'AlterConfigsRequest',
  { apiKey: 33, validVersions: '0-2', flexibleVersions: '2+' },
  {
    resources: arrayOf({
      resourceType: int8,
      resourceName: string,
      configs: arrayOf({
        name: string,
        value: nullable(string),
      }),
    }),
    validateOnly: bool,
  },
);

export type AlterConfigsRequest = Decoded<typeof alterConfigsRequest>;

/**
 * Per resource: INVALID_CONFIG, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION,
 * NOT_CONTROLLER, TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED.
 */
export const alterConfigsResponse = message(
  'AlterConfigsResponse',
  { apiKey: 33, validVersions: '0-2', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    responses: arrayOf({
      errorCode: int16,
      errorMessage: nullable(string),
      resourceType: int8,
      resourceName: string,
    }),
  },
);

export type AlterConfigsResponse = Encodable<typeof alterConfigsResponse>;
