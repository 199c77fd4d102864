import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int8, int16, int32, int64, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { records, string } from '../codec/text-and-bytes.ts';

/**
 * Reads record batches from partitions. Waits up to `maxWaitMs` for `minBytes`. A session (7+) lets a client send only what
 * has changed since its last fetch; session id 0 with epoch −1 means no session, epoch 0 asks for a new one. Version 13
 * names topics by id. Followers send their replica id, consumers −1 (from 15 on in the tagged `replicaState`).
 */
export const fetchRequest = message(
  'FetchRequest',
  { apiKey: 1, validVersions: '4-18', flexibleVersions: '12+' },
  {
    clusterId: field(nullable(string), { versions: '12+', default: null, tag: 0 }),
    /** −1 for a consumer. */
    replicaId: field(int32, { versions: '4-14', default: -1 }),
    replicaState: field(
      struct({
        replicaId: field(int32, { default: -1 }),
        replicaEpoch: field(int64, { default: -1n }),
      }),
      { versions: '15+', tag: 1 },
    ),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: field(int32, { default: 2147483647 }),
    /** 0: read uncommitted; 1: read committed. */
    isolationLevel: field(int8),
    sessionId: field(int32, { versions: '7+' }),
    sessionEpoch: field(int32, { versions: '7+', default: -1 }),
    topics: arrayOf({
      topic: field(string, { versions: '4-12' }),
      topicId: field(uuid, { versions: '13+' }),
      partitions: arrayOf({
        partition: int32,
        /** −1: the client does not know it. */
        currentLeaderEpoch: field(int32, { versions: '9+', default: -1 }),
        fetchOffset: int64,
        lastFetchedEpoch: field(int32, { versions: '12+', default: -1 }),
        /** Sent by followers. */
        logStartOffset: field(int64, { versions: '5+', default: -1n }),
        partitionMaxBytes: int32,
        replicaDirectoryId: field(uuid, { versions: '17+', tag: 0 }),
        highWatermark: field(int64, { versions: '18+', default: 9223372036854775807n, tag: 1 }),
      }),
    }),
    /** Partitions to drop from the session. */
    forgottenTopicsData: field(
      arrayOf({
        topic: field(string, { versions: '7-12' }),
        topicId: field(uuid, { versions: '13+' }),
        partitions: arrayOf(int32),
      }),
      { versions: '7+' },
    ),
    rackId: field(string, { versions: '11+' }),
  },
);

export type FetchRequest = Decoded<typeof fetchRequest>;

/**
 * At the top (7+): FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR (the session was
 * made with names and is used with ids, or the reverse). Per partition: OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION,
 * UNKNOWN_TOPIC_ID and INCONSISTENT_TOPIC_ID (13+), NOT_LEADER_OR_FOLLOWER, REPLICA_NOT_AVAILABLE, FENCED_LEADER_EPOCH and
 * UNKNOWN_LEADER_EPOCH (9+, `currentLeaderEpoch` differs), OFFSET_NOT_AVAILABLE, UNSUPPORTED_COMPRESSION_TYPE (a zstd batch
 * below version 10), OFFSET_MOVED_TO_TIERED_STORAGE, TOPIC_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE.
 */
export const fetchResponse = message(
  'FetchResponse',
  { apiKey: 1, validVersions: '4-18', flexibleVersions: '12+' },
  {
    throttleTimeMs: field(int32),
    errorCode: field(int16, { versions: '7+' }),
    sessionId: field(int32, { versions: '7+' }),
    responses: arrayOf({
      topic: field(string, { versions: '4-12' }),
      topicId: field(uuid, { versions: '13+' }),
      partitions: arrayOf({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: field(int64, { default: -1n }),
        logStartOffset: field(int64, { versions: '5+', default: -1n }),
        divergingEpoch: field(
          struct({
            epoch: field(int32, { default: -1 }),
            endOffset: field(int64, { default: -1n }),
          }),
          { versions: '12+', tag: 0 },
        ),
        currentLeader: field(
          struct({
            leaderId: field(int32, { default: -1 }),
            leaderEpoch: field(int32, { default: -1 }),
          }),
          { versions: '12+', tag: 1 },
        ),
        snapshotId: field(
          struct({
            endOffset: field(int64, { default: -1n }),
            epoch: field(int32, { default: -1 }),
          }),
          { versions: '12+', tag: 2 },
        ),
        /** Null for read uncommitted. */
        abortedTransactions: nullable(
          arrayOf({
            producerId: int64,
            firstOffset: int64,
          }),
        ),
        /** −1: read from the leader. */
        preferredReadReplica: field(int32, { versions: '11+', default: -1 }),
        records: nullable(records),
      }),
    }),
    nodeEndpoints: field(
      arrayOf({
        nodeId: int32,
        host: string,
        port: int32,
        rack: field(nullable(string), { default: null }),
      }),
      { versions: '16+', tag: 0 },
    ),
  },
);

export type FetchResponse = Encodable<typeof fetchResponse>;
