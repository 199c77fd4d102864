import { fault } from '../../base/errors.ts';
import type { PartitionLog } from '../../log/partition-log.ts';
import { decodeTransactionEnd } from '../../wire/control-record.ts';
import { type RecordBatch, recordBatches } from '../../wire/record-batch.ts';
import { batchRecords } from '../../wire/records.ts';
import type { Transaction } from './transaction.ts';

const readBytes = 1024 * 1024;

/**
 * Whether a partition holds the marker that committed this very transaction. Its producer writes nothing more to the partition
 * until the next one, so only what lies behind the producer's last records is looked through.
 *
 * @throws LOG_CORRUPT when the log cannot be read
 */
export function holdsCommitOf(transaction: Transaction, log: PartitionLog): boolean {
  const producer = log.producers.get(transaction.producerId);
  const isEnded =
    producer?.producerEpoch === transaction.producerEpoch && producer.transactionFirstOffset === undefined;
  if (!isEnded) return false;
  const lastRecord = producer.batches.at(-1)?.lastOffset ?? -1n;
  for (const batch of batchesFrom(lastRecord + 1n, log)) if (isCommitOf(transaction, batch)) return true;
  return false;
}

function* batchesFrom(offset: bigint, log: PartitionLog): Generator<RecordBatch> {
  let next = offset > log.logStartOffset ? offset : log.logStartOffset;
  while (next < log.logEndOffset) {
    const found = log.read(next, readBytes, { minOneBatch: true, upTo: 'logEnd' });
    if (!found.ok) throw fault('LOG_CORRUPT', `${log.topic}-${log.partition} at ${next}: ${found.message}`);
    if (found.sizeBytes === 0) return;
    for (const buffer of found.buffers) yield* recordBatches(buffer);
    next = found.nextOffset;
  }
}

function isCommitOf({ producerId, producerEpoch, startedMs }: Transaction, batch: RecordBatch): boolean {
  if (!batch.isControl || batch.producerId !== producerId || batch.producerEpoch !== producerEpoch) return false;
  return [...batchRecords(batch)].some((record) => {
    const end = decodeTransactionEnd(record);
    return end?.result === 'commit' && end.startedMs === startedMs;
  });
}
