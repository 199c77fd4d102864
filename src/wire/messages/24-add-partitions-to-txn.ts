import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { bool, int16, int32, int64 } from '../codec/primitives.ts';
import { type Decoded, type Encodable, struct } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

const addPartitionsToTxnTopic = struct({
  name: string,
  partitions: arrayOf(int32),
});

/**
 * Adds partitions to a transaction: of one producer up to version 3 (clients), of several from 4 on (brokers, who may ask to
 * verify only).
 */
export const addPartitionsToTxnRequest = message(
  'AddPartitionsToTxnRequest',
  { apiKey: 24, validVersions: '0-5', flexibleVersions: '3+' },
  {
    transactions: field(
      arrayOf({
        transactionalId: string,
        producerId: int64,
        producerEpoch: int16,
        verifyOnly: field(bool),
        topics: arrayOf(addPartitionsToTxnTopic),
      }),
      { versions: '4+' },
    ),
    v3AndBelowTransactionalId: field(string, { versions: '0-3' }),
    v3AndBelowProducerId: field(int64, { versions: '0-3' }),
    v3AndBelowProducerEpoch: field(int16, { versions: '0-3' }),
    v3AndBelowTopics: field(arrayOf(addPartitionsToTxnTopic), { versions: '0-3' }),
  },
);

export type AddPartitionsToTxnRequest = Decoded<typeof addPartitionsToTxnRequest>;

const addPartitionsToTxnPartitionResult = struct({
  partitionIndex: int32,
  partitionErrorCode: int16,
});

const addPartitionsToTxnTopicResult = struct({
  name: string,
  resultsByPartition: arrayOf(addPartitionsToTxnPartitionResult),
});

/**
 * Per partition: UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED (another partition failed), TOPIC_AUTHORIZATION_FAILED;
 * and for all partitions of a transaction at once: INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH (PRODUCER_FENCED from
 * version 2 on), INVALID_TXN_STATE, CONCURRENT_TRANSACTIONS, TRANSACTION_ABORTABLE (5+), NOT_COORDINATOR,
 * COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
export const addPartitionsToTxnResponse = message(
  'AddPartitionsToTxnResponse',
  { apiKey: 24, validVersions: '0-5', flexibleVersions: '3+' },
  {
    throttleTimeMs: field(int32),
    errorCode: field(int16, { versions: '4+' }),
    resultsByTransaction: field(
      arrayOf({
        transactionalId: string,
        topicResults: arrayOf(addPartitionsToTxnTopicResult),
      }),
      { versions: '4+' },
    ),
    resultsByTopicV3AndBelow: field(arrayOf(addPartitionsToTxnTopicResult), { versions: '0-3' }),
  },
);

export type AddPartitionsToTxnResponse = Encodable<typeof addPartitionsToTxnResponse>;
