import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { int16, int32, int64, uuid } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { records, string } from '../codec/text-and-bytes.ts';

/**
 * Appends record batches to partitions. Each `records` is exactly one batch of version 2; with `acks` 0 the broker sends no
 * response at all. Version 13 names topics by id instead of name.
 */
export const produceRequest = message(
  'ProduceRequest',
  { apiKey: 0, validVersions: '3-13', flexibleVersions: '9+' },
  {
    transactionalId: field(nullable(string), { default: null }),
    /** 0: no response; 1: the leader; −1: all replicas in sync. */
    acks: int16,
    timeoutMs: int32,
    topicData: arrayOf({
      name: field(string, { versions: '3-12' }),
      topicId: field(uuid, { versions: '13+' }),
      partitionData: arrayOf({
        index: int32,
        /** Exactly one record batch. */
        records: nullable(records),
      }),
    }),
  },
);

export type ProduceRequest = Decoded<typeof produceRequest>;

/**
 * Per partition: CORRUPT_MESSAGE (checksum or form), UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID (13+),
 * NOT_LEADER_OR_FOLLOWER, MESSAGE_TOO_LARGE (a batch over `max.message.bytes`), RECORD_LIST_TOO_LARGE (over `segment.bytes`),
 * NOT_ENOUGH_REPLICAS and NOT_ENOUGH_REPLICAS_AFTER_APPEND (`min.insync.replicas`), INVALID_REQUIRED_ACKS,
 * INVALID_TIMESTAMP (outside `message.timestamp.before/after.max.ms`), INVALID_RECORD (no key on a compacted topic; then
 * `recordErrors` names the records, 8+), UNSUPPORTED_COMPRESSION_TYPE (zstd below 7), UNSUPPORTED_FOR_MESSAGE_FORMAT,
 * TOPIC_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR.
 * For idempotent producers: OUT_OF_ORDER_SEQUENCE_NUMBER, DUPLICATE_SEQUENCE_NUMBER (a repeat older than the remembered
 * batches; a remembered repeat gets its first offset and no error), INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER_ID,
 * INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE, and for version 12+ TRANSACTION_ABORTABLE.
 */
export const produceResponse = message(
  'ProduceResponse',
  { apiKey: 0, validVersions: '3-13', flexibleVersions: '9+' },
  {
    responses: arrayOf({
      name: field(string, { versions: '3-12' }),
      topicId: field(uuid, { versions: '13+' }),
      partitionResponses: arrayOf({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: field(int64, { default: -1n }),
        logStartOffset: field(int64, { versions: '5+', default: -1n }),
        recordErrors: field(
          arrayOf({
            batchIndex: int32,
            batchIndexErrorMessage: field(nullable(string), { default: null }),
          }),
          { versions: '8+' },
        ),
        errorMessage: field(nullable(string), { versions: '8+', default: null }),
        currentLeader: field(
          struct({
            leaderId: field(int32, { default: -1 }),
            leaderEpoch: field(int32, { default: -1 }),
          }),
          { versions: '10+', tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: field(int32),
    nodeEndpoints: field(
      arrayOf({
        nodeId: int32,
        host: string,
        port: int32,
        rack: field(nullable(string), { default: null }),
      }),
      { versions: '10+', tag: 0 },
    ),
  },
);

export type ProduceResponse = Encodable<typeof produceResponse>;
