import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Asks which broker coordinates groups (type 0), transactional ids (type 1, from version 1) or share groups (type 2, from
 * version 6). Up to version 3 one key, from 4 on several.
 */
export const findCoordinatorRequest = message(
  'FindCoordinatorRequest',
  { apiKey: 10, validVersions: '0-6', flexibleVersions: '3+' },
  {
    key: field(string, { versions: '0-3' }),
    /** 0: group; 1: transactional id; 2: share group. */
    keyType: field(int8, { versions: '1+' }),
    coordinatorKeys: field(arrayOf(string), { versions: '4+' }),
  },
);

export type FindCoordinatorRequest = Decoded<typeof findCoordinatorRequest>;

/**
 * COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, INVALID_GROUP_ID, INVALID_REQUEST (an unknown type),
 * GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, and for transactional ids TRANSACTION_ABORTABLE (5+).
 */
export const findCoordinatorResponse = message(
  'FindCoordinatorResponse',
  { apiKey: 10, validVersions: '0-6', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32, { versions: '1+' }),
    errorCode: field(int16, { versions: '0-3' }),
    errorMessage: field(nullable(string), { versions: '1-3' }),
    nodeId: field(int32, { versions: '0-3' }),
    host: field(string, { versions: '0-3' }),
    port: field(int32, { versions: '0-3' }),
    coordinators: field(
      arrayOf({
        key: string,
        nodeId: int32,
        host: string,
        port: int32,
        errorCode: int16,
        errorMessage: nullable(string),
      }),
      { versions: '4+' },
    ),
  },
);

export type FindCoordinatorResponse = Encodable<typeof findCoordinatorResponse>;
