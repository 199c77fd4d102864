/** DeleteGroups: forgets groups without members, with their offsets. As in Apache Kafka. */
import { errorCode } from '../../wire/error-codes.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from '../../wire/messages/42-delete-groups.ts';
import { serveApi } from '../handler.ts';

export const deleteGroupsHandler = serveApi({
  request: deleteGroupsRequest,
  response: deleteGroupsResponse,
  versions: [0, 2],
  async handle({ groupsNames }, { broker }) {
    const results = groupsNames.map(async (groupId) => ({
      groupId,
      errorCode: errorCode[await broker.groups.deleteGroup(groupId)],
    }));
    return { results: await Promise.all(results) };
  },
});
