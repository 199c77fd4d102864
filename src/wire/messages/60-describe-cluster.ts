import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the cluster: id, controller, brokers (endpoint type 1) or controllers (2, from version 1).
 */
export const describeClusterRequest = message(
  'DescribeClusterRequest',
  { apiKey: 60, validVersions: '0-2', flexibleVersions: '0+' },
  {
    includeClusterAuthorizedOperations: bool,
    endpointType: field(int8, { versions: '1+', default: 1 }),
    includeFencedBrokers: field(bool, { versions: '2+' }),
  },
);

export type DescribeClusterRequest = Decoded<typeof describeClusterRequest>;

/**
 * UNSUPPORTED_ENDPOINT_TYPE, MISMATCHED_ENDPOINT_TYPE, CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeClusterResponse = message(
  'DescribeClusterResponse',
  { apiKey: 60, validVersions: '0-2', flexibleVersions: '0+' },
  {
    throttleTimeMs: field(int32),
    errorCode: int16,
    errorMessage: field(nullable(string), { default: null }),
    endpointType: field(int8, { versions: '1+', default: 1 }),
    clusterId: string,
    controllerId: field(int32, { default: -1 }),
    brokers: arrayOf({
      brokerId: int32,
      host: string,
      port: int32,
      rack: field(nullable(string), { default: null }),
      isFenced: field(bool, { versions: '2+' }),
    }),
    clusterAuthorizedOperations: field(int32, { default: -2147483648 }),
  },
);

export type DescribeClusterResponse = Encodable<typeof describeClusterResponse>;
