import { message } from './codec/message.ts';
import { int16, int32 } from './codec/primitives.ts';
import { Reader } from './codec/reader.ts';
import type { Decoded } from './codec/struct.ts';
import { decodeVersioned, encodeVersioned } from './versioned.ts';

/*
 * The one record of a control batch. For the end of a transaction:
 *
 *   key     int16 version 0, int16 type: 0 abort, 1 commit
 *   value   int16 version 0, int32 coordinator epoch
 *
 * Other types (leader change, snapshot header …) occur in a cluster's metadata log only.
 */
const controlType = { abort: 0, commit: 1 } as const;

/** What a control record's key says, behind its version. */
export const controlRecordKey = message(
  'ControlRecordTypeSchema',
  { validVersions: '0', flexibleVersions: 'none' },
  { type: int16 },
);

export const endTxnMarker = message(
  'EndTxnMarker',
  { validVersions: '0', flexibleVersions: 'none' },
  { coordinatorEpoch: int32 },
);

export type EndTxnMarker = Decoded<typeof endTxnMarker>;
export type TransactionEnd = { readonly result: 'commit' | 'abort'; readonly coordinatorEpoch: number };

export function encodeTransactionEnd({ result, coordinatorEpoch }: TransactionEnd): { key: Buffer; value: Buffer } {
  return {
    key: encodeVersioned(controlRecordKey, { type: controlType[result] }, 0),
    value: encodeVersioned(endTxnMarker, { coordinatorEpoch }, 0),
  };
}

/** Undefined for a control record that does not end a transaction. @throws WireError */
export function decodeTransactionEnd(record: { key: Buffer | null; value: Buffer | null }): TransactionEnd | undefined {
  const result = record.key === null ? undefined : resultOf(record.key);
  if (result === undefined || record.value === null) return undefined;
  return { result, coordinatorEpoch: decodeVersioned(endTxnMarker, record.value).coordinatorEpoch };
}

function resultOf(key: Buffer): 'commit' | 'abort' | undefined {
  const reader = new Reader(key);
  reader.int16();
  const type = reader.int16();
  if (type === controlType.abort) return 'abort';
  return type === controlType.commit ? 'commit' : undefined;
}
