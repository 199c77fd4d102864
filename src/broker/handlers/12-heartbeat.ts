/** Heartbeat: a member is alive, and learns whether it has to join again. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import { heartbeatRequest, heartbeatResponse } from '../../wire/messages/12-heartbeat.ts';
import { serveApi } from '../handler.ts';

export const heartbeatHandler = serveApi({
  request: heartbeatRequest,
  response: heartbeatResponse,
  versions: [0, 4],
  handle: ({ groupId, ...member }, { broker }) => ({ errorCode: errorCode[broker.groups.heartbeat(groupId, member)] }),
});
