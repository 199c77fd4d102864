/**
 * JoinGroup: a member enters a group or a new generation of it; answered when the generation begins.
 *
 * Differs from Apache Kafka: the first rebalance of an empty group waits `group.initial.rebalance.delay.ms` = 50 ms instead of
 * 3 s for further members. What a member says of itself may be 1 MiB long, which is as much as the record of a group can hold: INVALID_REQUEST.
 * Apache Kafka keeps more in memory, and then cannot store it.
 */
import { errorCode } from '../../wire/error-codes.ts';
import { joinGroupRequest, joinGroupResponse } from '../../wire/messages/11-join-group.ts';
import { serveApi } from '../handler.ts';

const memberIdRequiredSince = 4;
const nullableProtocolSince = 7;
const skipAssignmentSince = 9;

export const joinGroupHandler = serveApi({
  request: joinGroupRequest,
  response: joinGroupResponse,
  versions: [0, 9],
  async handle(request, { broker, clientId, connection, apiVersion }) {
    const { sessionTimeoutMs, memberId, groupInstanceId, protocolType, protocols } = request;
    const reply = await broker.groups.join(request.groupId, {
      memberId,
      groupInstanceId,
      clientId,
      clientHost: `/${connection.remoteHost}`,
      sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType,
      protocols,
      requiresKnownMemberId: apiVersion >= memberIdRequiredSince,
      supportsSkippingAssignment: apiVersion >= skipAssignmentSince,
    });
    const protocolName = reply.protocolName ?? (apiVersion < nullableProtocolSince ? '' : null);
    return { ...reply, protocolName, errorCode: errorCode[reply.error] };
  },
});
