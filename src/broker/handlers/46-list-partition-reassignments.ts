/** ListPartitionReassignments: on one node there are none. */
import { errorCode } from '../../wire/error-codes.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../../wire/messages/46-list-partition-reassignments.ts';
import { serveApi } from '../handler.ts';

export const listPartitionReassignmentsHandler = serveApi({
  request: listPartitionReassignmentsRequest,
  response: listPartitionReassignmentsResponse,
  versions: [0, 0],
  handle: () => ({ errorCode: errorCode.NONE, errorMessage: null, topics: [] }),
});
