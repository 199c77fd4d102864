/** DescribeCluster: this one broker. Endpoints of controllers (type 2) are not served. */
import { errorCode } from '../../wire/error-codes.ts';
import { describeClusterRequest, describeClusterResponse } from '../../wire/messages/60-describe-cluster.ts';
import { serveApi } from '../handler.ts';
import { clusterOperations, operationsNotAsked } from './authorized-operations.ts';

const brokerEndpoints = 1;

export const describeClusterHandler = serveApi({
  request: describeClusterRequest,
  response: describeClusterResponse,
  versions: [0, 2],
  handle({ endpointType, includeClusterAuthorizedOperations }, { broker, connection }) {
    const { clusterId, nodeId } = broker;
    if (endpointType !== brokerEndpoints) {
      const errorMessage = `Endpoints of type ${endpointType} are not served`;
      const isKnown = endpointType === 2;
      const error = isKnown ? errorCode.MISMATCHED_ENDPOINT_TYPE : errorCode.UNSUPPORTED_ENDPOINT_TYPE;
      return { errorCode: error, errorMessage, clusterId, brokers: [] };
    }
    return {
      errorCode: errorCode.NONE,
      clusterId,
      controllerId: nodeId,
      brokers: [{ brokerId: nodeId, ...broker.addressFor(connection), isFenced: false }],
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
    };
  },
});
