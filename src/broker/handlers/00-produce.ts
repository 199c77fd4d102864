/**
 * Produce: appends one record batch per partition.
 *
 * Differs from Apache Kafka: acks=1 waits for the flush policy as acks=all does, there being one replica.
 * Versions 0 to 2 are advertised, because librdkafka up to 2.8 stops compressing otherwise, and close the connection.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { type ProduceRequest, produceRequest, produceResponse } from '../../wire/messages/00-produce.ts';
import { batchAt, RecordBatch } from '../../wire/record-batch.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import type { Partition } from '../metadata/topic.ts';
import { tellStorageTrouble } from '../storage-trouble.ts';
import { UnanswerableRequest } from '../unanswerable-request.ts';
import { keylessRecords, type RecordError } from './keyless-records.ts';
import { findPartition, findTopic } from './partition-lookup.ts';

const zstdSinceVersion = 7;

type ProduceTopic = ProduceRequest['topicData'][number];
type ProducePartition = ProduceTopic['partitionData'][number];

interface PartitionAnswer {
  index: number;
  errorCode: number;
  baseOffset: bigint;
  logAppendTimeMs?: bigint;
  logStartOffset?: bigint;
  recordErrors?: { batchIndex: number; batchIndexErrorMessage: string }[];
  errorMessage?: string | null;
}

interface Appended {
  answer: PartitionAnswer;
  durable?: Promise<void>;
}

export const produceHandler = serveApi({
  request: produceRequest,
  response: produceResponse,
  versions: [0, 13],
  oldestServed: 3,
  lane: 'produce',
  handle: produce,
});

function produce(request: ProduceRequest, context: RequestContext) {
  const topics = request.topicData.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    appended: topic.partitionData.map((partition) => appendTo(topic, partition, request, context)),
  }));
  if (request.acks === 0) return withoutAnswer(topics.flatMap((topic) => topic.appended));
  const answers = topics.map(({ name, topicId, appended }) =>
    Promise.all(appended.map(acknowledged)).then((partitionResponses) => ({ name, topicId, partitionResponses })),
  );
  return Promise.all(answers).then((responses) => ({ responses, throttleTimeMs: 0 }));
}

/** A client that wants no answers learns of an error by losing its connection. */
function withoutAnswer(appended: Appended[]): null {
  const failed = appended.find(({ answer }) => answer.errorCode !== errorCode.NONE);
  if (failed !== undefined) {
    throw new UnanswerableRequest(`a record sent with acks=0 failed with error ${failed.answer.errorCode}`);
  }
  return null;
}

function acknowledged({ answer, durable }: Appended): PartitionAnswer | Promise<PartitionAnswer> {
  if (durable === undefined) return answer;
  return durable.then(
    () => answer,
    (error: unknown) =>
      refused(answer.index, 'KAFKA_STORAGE_ERROR', error instanceof Error ? error.message : null).answer,
  );
}

function appendTo(
  topic: ProduceTopic,
  { index, records }: ProducePartition,
  request: ProduceRequest,
  context: RequestContext,
): Appended {
  if (![-1, 0, 1].includes(request.acks)) return refused(index, 'INVALID_REQUIRED_ACKS');
  const partition = findPartition(findTopic(context.broker.topics, topic), index);
  if (typeof partition === 'string') return refused(index, partition);
  if (partition.topic.isInternal) return refused(index, 'INVALID_TOPIC_EXCEPTION');
  const batch = soleBatch(records, context.apiVersion);
  if (records === null || !(batch instanceof RecordBatch)) {
    return refused(
      index,
      batch instanceof RecordBatch ? 'INVALID_RECORD' : batch.error,
      'message' in batch ? batch.message : null,
    );
  }
  const verdict = checkTransaction(batch, { topic: partition.topic.name, partition: index }, request, context);
  if (verdict !== 'NONE') return refused(index, verdict);
  const unfit = checkKeys(batch, partition);
  if (unfit !== undefined) return refused(index, 'INVALID_RECORD', unfit.message, unfit.recordErrors);
  const outcome = partition.log.append(records, { leaderEpoch: context.broker.leaderEpoch, origin: 'client' });
  if (!outcome.ok) {
    if (outcome.error === 'KAFKA_STORAGE_ERROR') tellStorageTrouble(context.broker, outcome.cause ?? outcome.message);
    return refused(index, outcome.error, outcome.message, outcome.recordErrors);
  }
  const { baseOffset, logAppendTimeMs, logStartOffset, durable } = outcome;
  return { answer: { index, errorCode: errorCode.NONE, baseOffset, logAppendTimeMs, logStartOffset }, durable };
}

/** From version 3 on a partition's records are exactly one batch of format 2. */
function soleBatch(records: Buffer | null, apiVersion: number): RecordBatch | { error: ErrorName; message: string } {
  if (records === null || records.length === 0) return { error: 'INVALID_RECORD', message: 'There is no record batch' };
  const found = batchAt(records, 0);
  if (found.kind !== 'batch') {
    const message =
      found.kind === 'corrupt' ? found.reason : `The batch is cut off: it needs ${found.neededBytes} bytes`;
    return { error: 'CORRUPT_MESSAGE', message };
  }
  const { batch } = found;
  if (batch.sizeBytes !== records.length) {
    return { error: 'INVALID_RECORD', message: 'There is more than one record batch' };
  }
  if (batch.compression === 'zstd' && apiVersion < zstdSinceVersion) {
    return { error: 'UNSUPPORTED_COMPRESSION_TYPE', message: `zstd needs Produce version ${zstdSinceVersion}` };
  }
  return batch;
}

/** Only a compacted topic needs keys, so only its batches are looked into; a wrong checksum is left to the log to find. */
function checkKeys(
  batch: RecordBatch,
  { log }: Partition,
): { message: string; recordErrors: RecordError[] } | undefined {
  if (!log.config.cleanupPolicy.includes('compact') || !batch.isCrcValid()) return undefined;
  try {
    const recordErrors = keylessRecords(batch);
    return recordErrors.length === 0 ? undefined : { message: 'One or more records have been rejected', recordErrors };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error), recordErrors: [] };
  }
}

/** A transactional batch has to belong to the open transaction, or nothing would ever end it. */
function checkTransaction(
  batch: RecordBatch,
  partition: { topic: string; partition: number },
  { transactionalId }: ProduceRequest,
  { broker }: RequestContext,
): ErrorName {
  return batch.isTransactional ? broker.transactions.checkWrite(transactionalId, batch, partition) : 'NONE';
}

function refused(
  index: number,
  error: ErrorName,
  message: string | null = null,
  recordErrors: readonly RecordError[] = [],
): Appended {
  const answer: PartitionAnswer = {
    index,
    errorCode: errorCode[error],
    baseOffset: -1n,
    errorMessage: message,
    recordErrors: recordErrors.map((each) => ({ batchIndex: each.batchIndex, batchIndexErrorMessage: each.message })),
  };
  return { answer };
}
