/** LeaveGroup: members leave, or an administrator removes static ones by their instance ids. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../../wire/messages/13-leave-group.ts';
import { serveApi } from '../handler.ts';

const manyMembersSince = 3;

export const leaveGroupHandler = serveApi({
  request: leaveGroupRequest,
  response: leaveGroupResponse,
  versions: [0, 5],
  handle(request, { broker, apiVersion }) {
    const { groupId, memberId } = request;
    if (apiVersion < manyMembersSince) {
      return { errorCode: errorCode[broker.groups.leave(groupId, { memberId, groupInstanceId: null })] };
    }
    if (groupId === '') return { errorCode: errorCode.INVALID_GROUP_ID };
    if (broker.groups.get(groupId) === undefined) return { errorCode: errorCode.UNKNOWN_MEMBER_ID };
    const members = request.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      errorCode: errorCode[broker.groups.leave(groupId, member)],
    }));
    return { errorCode: errorCode.NONE, members };
  },
});
