import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64, uint16, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the quorum of the metadata log.
 */
export const describeQuorumRequest = message(
  'DescribeQuorumRequest',
  { apiKey: 55, validVersions: '0-2', flexibleVersions: '0+' },
  {
    topics: arrayOf({
      topicName: string,
      partitions: arrayOf({
        partitionIndex: int32,
      }),
    }),
  },
);

export type DescribeQuorumRequest = Decoded<typeof describeQuorumRequest>;

const replicaState = struct({
  replicaId: int32,
  replicaDirectoryId: field(uuid, { versions: '2+' }),
  logEndOffset: int64,
  lastFetchTimestamp: field(int64, { versions: '1+', default: -1n }),
  lastCaughtUpTimestamp: field(int64, { versions: '1+', default: -1n }),
});

/**
 * UNKNOWN_TOPIC_OR_PARTITION (anything but `__cluster_metadata` 0), NOT_LEADER_OR_FOLLOWER, CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeQuorumResponse = message(
  'DescribeQuorumResponse',
  { apiKey: 55, validVersions: '0-2', flexibleVersions: '0+' },
  {
    errorCode: int16,
    errorMessage: field(nullable(string), { versions: '2+' }),
    topics: arrayOf({
      topicName: string,
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        errorMessage: field(nullable(string), { versions: '2+' }),
        leaderId: int32,
        leaderEpoch: int32,
        highWatermark: int64,
        currentVoters: arrayOf(replicaState),
        observers: arrayOf(replicaState),
      }),
    }),
    nodes: field(
      arrayOf({
        nodeId: int32,
        listeners: arrayOf({
          name: string,
          host: string,
          port: uint16,
        }),
      }),
      { versions: '2+' },
    ),
  },
);

export type DescribeQuorumResponse = Encodable<typeof describeQuorumResponse>;
