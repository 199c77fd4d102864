/** ListGroups: all groups, or those in certain states or of certain types. Only classic groups exist. */
import { errorCode } from '../../wire/error-codes.ts';
import { listGroupsRequest, listGroupsResponse } from '../../wire/messages/16-list-groups.ts';
import { serveApi } from '../handler.ts';

const groupType = 'classic';

export const listGroupsHandler = serveApi({
  request: listGroupsRequest,
  response: listGroupsResponse,
  versions: [0, 5],
  handle({ statesFilter, typesFilter }, { broker }) {
    const states = new Set(statesFilter.map((state) => state.toLowerCase()));
    const isWantedType = typesFilter.length === 0 || typesFilter.some((type) => type.toLowerCase() === groupType);
    const groups = isWantedType ? [...broker.groups.all()].map(({ group }) => group) : [];
    return {
      errorCode: errorCode.NONE,
      groups: groups
        .filter((group) => states.size === 0 || states.has(group.state.toLowerCase()))
        .map((group) => ({
          groupId: group.groupId,
          protocolType: group.protocolType ?? '',
          groupState: group.state,
          groupType,
        })),
    };
  },
});
