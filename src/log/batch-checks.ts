import { batchAt, type RecordBatch } from '../wire/record-batch.ts';
import type { LogConfig } from './log-config.ts';
import type { AppendError } from './outcomes.ts';

/** Who writes: a client of the broker, or the broker itself (offset commits, transaction markers). */
export type AppendOrigin = 'client' | 'coordinator';

export interface Refusal {
  ok: false;
  error: AppendError;
  message: string;
}

export type CheckedBatches = { ok: true; batches: RecordBatch[] } | Refusal;

/** Are these bytes record batches that the log may hold? Looks at headers and checksums only. Rules as in Apache Kafka. */
export function checkBatches(
  bytes: Buffer,
  context: { config: LogConfig; origin: AppendOrigin; nowMs: number },
): CheckedBatches {
  const { config, origin } = context;
  if (bytes.length === 0) return refusal('INVALID_RECORD', 'there is no record batch');
  const batches: RecordBatch[] = [];
  for (let position = 0; position < bytes.length; ) {
    const found = batchAt(bytes, position);
    if (found.kind === 'corrupt') return notABatch(bytes, position, found.reason);
    if (found.kind === 'short') return refusal('CORRUPT_MESSAGE', `the record batch at byte ${position} is cut short`);
    const problem = checkBatch(found.batch, context);
    if (problem) return problem;
    batches.push(found.batch);
    position = found.batch.endPosition;
  }
  if (origin === 'client' && batches.length > 1)
    return refusal('INVALID_RECORD', `${batches.length} record batches in one request for a partition, not 1`);
  if (bytes.length > config.segmentBytes)
    return refusal('RECORD_LIST_TOO_LARGE', `${bytes.length} bytes do not fit in a segment of ${config.segmentBytes}`);
  return { ok: true, batches };
}

export function refusal(error: AppendError, message: string): Refusal {
  return { ok: false, error, message };
}

function notABatch(bytes: Buffer, position: number, reason: string): Refusal {
  const isOldFormat = [0, 1].includes(bytes.readInt8(position + 16));
  return refusal(isOldFormat ? 'UNSUPPORTED_FOR_MESSAGE_FORMAT' : 'CORRUPT_MESSAGE', reason);
}

function checkBatch(
  batch: RecordBatch,
  context: { config: LogConfig; origin: AppendOrigin; nowMs: number },
): Refusal | undefined {
  const { maxMessageBytes } = context.config;
  if (batch.sizeBytes > maxMessageBytes)
    return refusal('MESSAGE_TOO_LARGE', `a record batch of ${batch.sizeBytes} bytes is over ${maxMessageBytes}`);
  if (!batch.isCrcValid()) return refusal('CORRUPT_MESSAGE', 'the checksum of a record batch does not match');
  const problem = checkCounts(batch) ?? checkTime(batch, context);
  return problem ?? (context.origin === 'client' ? checkClientBatch(batch) : undefined);
}

function checkCounts(batch: RecordBatch): Refusal | undefined {
  const { lastOffsetDelta, recordCount } = batch;
  if (recordCount > 0 && recordCount === lastOffsetDelta + 1) return undefined;
  return refusal('INVALID_RECORD', `${recordCount} records over ${lastOffsetDelta + 1} offsets in a record batch`);
}

function checkClientBatch(batch: RecordBatch): Refusal | undefined {
  if (batch.isControl) return refusal('INVALID_RECORD', 'clients may not write control records');
  if (batch.compression === undefined)
    return refusal('INVALID_RECORD', `the attributes ${batch.attributes} name no compression`);
  if (batch.producerId >= 0n && batch.baseSequence < 0)
    return refusal('INVALID_RECORD', `producer ${batch.producerId} sent sequence number ${batch.baseSequence}`);
  return undefined;
}

function checkTime(batch: RecordBatch, context: { config: LogConfig; nowMs: number }): Refusal | undefined {
  const { config, nowMs } = context;
  if (config.messageTimestampType === 'LogAppendTime' || batch.maxTimestamp < 0n) return undefined;
  const latest = nowMs + config.messageTimestampAfterMaxMs;
  const earliest = nowMs - config.messageTimestampBeforeMaxMs;
  const time = Number(batch.maxTimestamp);
  if (time <= latest && Number(batch.baseTimestamp) >= earliest) return undefined;
  return refusal('INVALID_TIMESTAMP', `timestamp ${time} is not within ${earliest} … ${latest}`);
}
