/** DescribeGroups: state and members of classic groups. A group that is not there is Dead. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import {
  type DescribeGroupsResponse,
  describeGroupsRequest,
  describeGroupsResponse,
} from '../../wire/messages/15-describe-groups.ts';
import type { Group } from '../groups/group.ts';
import type { Member } from '../groups/member.ts';
import { serveApi } from '../handler.ts';
import { groupOperations, operationsNotAsked } from './authorized-operations.ts';

type DescribedGroup = DescribeGroupsResponse['groups'][number];
const notFoundSince = 6;

export const describeGroupsHandler = serveApi({
  request: describeGroupsRequest,
  response: describeGroupsResponse,
  versions: [0, 6],
  handle(request, { broker, apiVersion }) {
    const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : operationsNotAsked;
    const groups = request.groups.map((groupId): DescribedGroup => {
      const group = broker.groups.get(groupId)?.group;
      const description = group === undefined ? missing(groupId, apiVersion) : describe(group);
      return { ...description, authorizedOperations };
    });
    return { groups };
  },
});

function missing(groupId: string, apiVersion: number): DescribedGroup {
  const isError = apiVersion >= notFoundSince;
  return {
    errorCode: isError ? errorCode.GROUP_ID_NOT_FOUND : errorCode.NONE,
    errorMessage: isError ? `Group ${groupId} not found.` : null,
    groupId,
    groupState: 'Dead',
    protocolType: '',
    protocolData: '',
    members: [],
  };
}

function describe(group: Group): DescribedGroup {
  const isStable = group.state === 'Stable';
  return {
    errorCode: errorCode.NONE,
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => describeMember(member, isStable ? group.protocolName : null)),
  };
}

function describeMember(member: Member, protocolName: string | null) {
  return {
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    memberMetadata: member.metadataFor(protocolName),
    memberAssignment: member.assignment,
  };
}
