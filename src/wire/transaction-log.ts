import { arrayOf } from './codec/array.ts';
import { field } from './codec/field.ts';
import { message } from './codec/message.ts';
import { nullable } from './codec/nullable.ts';
import { int8, int16, int32, int64 } from './codec/primitives.ts';
import { Reader } from './codec/reader.ts';
import type { Decoded } from './codec/struct.ts';
import { string } from './codec/text-and-bytes.ts';
import { WireError } from './codec/wire-error.ts';
import { Writer } from './codec/writer.ts';

/*
 * Records of `__transaction_state`: the key is an int16 0 and a TransactionLogKey, the value an int16 version and a
 * TransactionLogValue (see `versioned.ts`). A record without a value forgets the transactional id.
 */
const transactionKeyType = 0;

export const transactionLogKey = message(
  'TransactionLogKey',
  { validVersions: '0', flexibleVersions: 'none' },
  { transactionalId: string },
);

export const transactionLogValue = message(
  'TransactionLogValue',
  { validVersions: '0-1', flexibleVersions: '1+' },
  {
    producerId: int64,
    previousProducerId: field(int64, { versions: '1+', default: -1n, tag: 0 }),
    nextProducerId: field(int64, { versions: '1+', default: -1n, tag: 1 }),
    producerEpoch: int16,
    nextProducerEpoch: field(int16, { versions: '1+', default: -1, tag: 3 }),
    transactionTimeoutMs: int32,
    /** An index of `transactionStatuses`. */
    transactionStatus: int8,
    /** Null when the transaction has none yet or no more. */
    transactionPartitions: nullable(arrayOf({ topic: string, partitionIds: arrayOf(int32) })),
    /** ms since 1970. */
    transactionLastUpdateTimestampMs: int64,
    /** ms since 1970; −1 when no transaction is open. */
    transactionStartTimestampMs: int64,
    clientTransactionVersion: field(int16, { versions: '1+', tag: 2 }),
  },
);

export type TransactionLogKey = Decoded<typeof transactionLogKey>;
export type TransactionLogValue = Decoded<typeof transactionLogValue>;

/** States of a transaction, by the number that the log holds. */
export const transactionStatuses = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;
export type TransactionStatus = (typeof transactionStatuses)[number];

export function encodeTransactionLogKey(transactionalId: string): Buffer {
  const writer = new Writer();
  writer.int16(transactionKeyType);
  transactionLogKey.encode(writer, { transactionalId }, 0);
  return writer.toBuffer();
}

/** @throws WireError `unsupported-version` for a key of another type */
export function decodeTransactionLogKey(key: Buffer): TransactionLogKey {
  const reader = new Reader(key);
  const type = reader.int16();
  if (type === transactionKeyType) return transactionLogKey.decode(reader, 0);
  throw new WireError('unsupported-version', `Keys of transaction records have type 0; found ${type}.`);
}
