/**
 * FindCoordinator: where groups (key type 0) and transactions (1) are coordinated, which is here.
 *
 * Share groups (2) are not served: INVALID_REQUEST.
 */
import { errorCode } from '../../wire/error-codes.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from '../../wire/messages/10-find-coordinator.ts';
import { serveApi } from '../handler.ts';

const manyKeysSince = 4;
const knownKeyTypes = new Set([0, 1]);

export const findCoordinatorHandler = serveApi({
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
  versions: [0, 6],
  async handle(request, { broker, connection, apiVersion }) {
    const isKnown = knownKeyTypes.has(request.keyType);
    const here = isKnown
      ? { nodeId: broker.nodeId, ...broker.addressFor(connection) }
      : { nodeId: -1, host: '', port: -1 };
    const answer = {
      ...here,
      errorCode: isKnown ? errorCode.NONE : errorCode.INVALID_REQUEST,
      errorMessage: isKnown ? null : `Coordinators of key type ${request.keyType} are not served`,
    };
    if (apiVersion < manyKeysSince) return answer;
    return { coordinators: request.coordinatorKeys.map((key) => ({ key, ...answer })) };
  },
});
