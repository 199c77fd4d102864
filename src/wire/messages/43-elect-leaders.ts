import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Elects partition leaders: the preferred replica (type 0), or any living one at the price of lost records (type 1, from
 * version 1). `topicPartitions` null means all partitions.
 */
export const electLeadersRequest = message(
  'ElectLeadersRequest',
  { apiKey: 43, validVersions: '0-2', flexibleVersions: '2+' },
  {
    electionType: field(int8, { versions: '1+' }),
    topicPartitions: nullable(
      arrayOf({
        topic: string,
        partitions: arrayOf(int32),
      }),
    ),
    timeoutMs: field(int32, { default: 60000 }),
  },
);

export type ElectLeadersRequest = Decoded<typeof electLeadersRequest>;

/**
 * Per partition: ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
 * UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, NOT_CONTROLLER, REQUEST_TIMED_OUT; at the top (1+): CLUSTER_AUTHORIZATION_FAILED.
 */
export const electLeadersResponse = message(
  'ElectLeadersResponse',
  { apiKey: 43, validVersions: '0-2', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    errorCode: field(int16, { versions: '1+' }),
    replicaElectionResults: arrayOf({
      topic: string,
      partitionResult: arrayOf({
        partitionId: int32,
        errorCode: int16,
        errorMessage: nullable(string),
      }),
    }),
  },
);

export type ElectLeadersResponse = Encodable<typeof electLeadersResponse>;
