/**
 * DescribeQuorum: who keeps the metadata: this one node, its only voter.
 *
 * Differs from Apache Kafka: there is no metadata log. The high watermark counts the changes of the metadata that are on the
 * disk, which is what it says there too.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { describeQuorumRequest, describeQuorumResponse } from '../../wire/messages/55-describe-quorum.ts';
import { type RequestContext, serveApi } from '../handler.ts';

const metadataTopic = '__cluster_metadata';

export const describeQuorumHandler = serveApi({
  request: describeQuorumRequest,
  response: describeQuorumResponse,
  versions: [0, 2],
  handle(request, context) {
    const { broker, connection } = context;
    const topics = request.topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) =>
        topicName === metadataTopic && partitionIndex === 0
          ? describe(context)
          : unknown(partitionIndex, 'UNKNOWN_TOPIC_OR_PARTITION'),
      ),
    }));
    const listeners = [{ name: 'PLAINTEXT', ...broker.addressFor(connection) }];
    return { errorCode: errorCode.NONE, errorMessage: null, topics, nodes: [{ nodeId: broker.nodeId, listeners }] };
  },
});

function describe({ broker }: RequestContext) {
  const logEndOffset = BigInt(broker.metadata.revision);
  const nowMs = BigInt(broker.clock.nowMs());
  const voter = { replicaId: broker.nodeId, logEndOffset, lastFetchTimestamp: nowMs, lastCaughtUpTimestamp: nowMs };
  return {
    partitionIndex: 0,
    errorCode: errorCode.NONE,
    errorMessage: null,
    leaderId: broker.nodeId,
    leaderEpoch: broker.leaderEpoch,
    highWatermark: logEndOffset,
    currentVoters: [voter],
    observers: [],
  };
}

function unknown(partitionIndex: number, error: ErrorName) {
  const nobody = { leaderId: 0, leaderEpoch: 0, highWatermark: 0n, currentVoters: [], observers: [] };
  return { partitionIndex, errorCode: errorCode[error], errorMessage: null, ...nobody };
}
