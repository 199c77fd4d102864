import { type OpenFile, readFully } from '../base/file-system.ts';
import { decodeTransactionEnd, type TransactionEnd } from '../wire/control-record.ts';
import { type RecordBatch, requireBatch } from '../wire/record-batch.ts';
import { batchRecords } from '../wire/records.ts';

/**
 * What a control batch says about a transaction; undefined when it holds another kind of control record, or none.
 *
 * @param source where the batch lies, when only its header is in memory
 */
export function transactionEndOf(
  batch: RecordBatch,
  source?: { file: OpenFile; position: number },
): TransactionEnd | undefined {
  const whole = source ? readBatch(source.file, source.position, batch.sizeBytes) : batch;
  for (const record of batchRecords(whole)) return decodeTransactionEnd(record);
  return undefined;
}

/** Reads one whole batch from a segment file. @throws WireError when none is there */
export function readBatch(file: OpenFile, position: number, sizeBytes: number): RecordBatch {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  return requireBatch(bytes.subarray(0, readFully(file, bytes, position)));
}
