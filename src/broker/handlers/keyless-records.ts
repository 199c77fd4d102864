import type { RecordBatch } from '../../wire/record-batch.ts';
import { batchRecords } from '../../wire/records.ts';

export interface RecordError {
  batchIndex: number;
  message: string;
}

/**
 * The records of a batch that a compacted topic cannot take: those without a key. Looks inside the batch, so it is for
 * compacted topics only.
 *
 * @throws WireError when the records cannot be read
 */
export function keylessRecords(batch: RecordBatch): RecordError[] {
  const errors: RecordError[] = [];
  let batchIndex = 0;
  for (const { key } of batchRecords(batch)) {
    if (key === null) {
      errors.push({ batchIndex, message: 'Compacted topic cannot accept message without key in topic partition.' });
    }
    batchIndex++;
  }
  return errors;
}
