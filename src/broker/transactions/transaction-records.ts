import {
  decodeTransactionLogKey,
  encodeTransactionLogKey,
  transactionLogValue,
  transactionStatuses,
} from '../../wire/transaction-log.ts';
import { decodeVersioned, encodeVersioned } from '../../wire/versioned.ts';
import type { StateRecord } from '../state/state-topic.ts';
import { Transaction } from './transaction.ts';

/** Version 0 is read by every Apache Kafka. */
const writtenVersion = 0;

/** The record that keeps a transactional id as it is now. */
export function transactionRecord(transaction: Transaction): StateRecord {
  const hasPartitions = transaction.status !== 'Empty' && !transaction.status.startsWith('Complete');
  const value = {
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: transactionStatuses.indexOf(transaction.status),
    transactionPartitions: hasPartitions ? transaction.topics() : null,
    transactionLastUpdateTimestampMs: BigInt(transaction.updatedMs),
    transactionStartTimestampMs: BigInt(transaction.startedMs),
  };
  return {
    key: encodeTransactionLogKey(transaction.transactionalId),
    value: encodeVersioned(transactionLogValue, value, writtenVersion),
  };
}

export function forgottenTransactionRecord(transactionalId: string): StateRecord {
  return { key: encodeTransactionLogKey(transactionalId), value: null };
}

/** What a record says; `transaction` is undefined when the transactional id was forgotten. */
export function transactionFrom({ key, value }: StateRecord): {
  transactionalId: string;
  transaction: Transaction | undefined;
} {
  const { transactionalId } = decodeTransactionLogKey(key);
  if (value === null) return { transactionalId, transaction: undefined };
  const stored = decodeVersioned(transactionLogValue, value);
  const transaction = new Transaction(transactionalId, stored, {
    timeoutMs: stored.transactionTimeoutMs,
    nowMs: Number(stored.transactionLastUpdateTimestampMs),
  });
  transaction.status = transactionStatuses[stored.transactionStatus] ?? 'Empty';
  transaction.startedMs = Number(stored.transactionStartTimestampMs);
  for (const { topic, partitionIds } of stored.transactionPartitions ?? []) {
    for (const partition of partitionIds) transaction.add({ topic, partition });
  }
  return { transactionalId, transaction };
}
