import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Changes configs of resources key by key: set (operation 0), delete (1), append to a list (2), subtract from a list (3).
 */
export const incrementalAlterConfigsRequest = message(
  'IncrementalAlterConfigsRequest',
  { apiKey: 44, validVersions: '0-1', flexibleVersions: '1+' },
  {
    resources: arrayOf({
      resourceType: int8,
      resourceName: string,
      configs: arrayOf({
        name: string,
        /** 0 set, 1 delete, 2 append, 3 subtract. */
        configOperation: int8,
        value: nullable(string),
      }),
    }),
    validateOnly: bool,
  },
);

export type IncrementalAlterConfigsRequest = Decoded<typeof incrementalAlterConfigsRequest>;

/**
 * Per resource: INVALID_CONFIG, INVALID_REQUEST (a key named twice, an append to what is no list), UNKNOWN_TOPIC_OR_PARTITION,
 * INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION, NOT_CONTROLLER, TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED,
 * CLUSTER_AUTHORIZATION_FAILED.
 */
export const incrementalAlterConfigsResponse = message(
  'IncrementalAlterConfigsResponse',
  { apiKey: 44, validVersions: '0-1', flexibleVersions: '1+' },
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

export type IncrementalAlterConfigsResponse = Encodable<typeof incrementalAlterConfigsResponse>;
