/** SyncGroup: members get their assignments, which the leader brings; answered when they are stored. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import { syncGroupRequest, syncGroupResponse } from '../../wire/messages/14-sync-group.ts';
import { serveApi } from '../handler.ts';

const protocolRequiredSince = 5;

export const syncGroupHandler = serveApi({
  request: syncGroupRequest,
  response: syncGroupResponse,
  versions: [0, 5],
  async handle({ groupId, ...event }, { broker, apiVersion }) {
    const lacksProtocol = event.protocolType === null || event.protocolName === null;
    if (apiVersion >= protocolRequiredSince && lacksProtocol) {
      return { errorCode: errorCode.INCONSISTENT_GROUP_PROTOCOL, assignment: Buffer.alloc(0) };
    }
    const assignments = event.assignments.map(({ memberId, assignment }) => ({
      memberId,
      assignment: Buffer.from(assignment),
    }));
    const { error, ...reply } = await broker.groups.sync(groupId, { ...event, assignments });
    return { errorCode: errorCode[error], ...reply };
  },
});
