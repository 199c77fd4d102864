import { message } from './codec/message.ts';
import { int16, int32 } from './codec/primitives.ts';
import { Reader } from './codec/reader.ts';
import type { Decoded } from './codec/struct.ts';
import type { BatchRecord } from './records.ts';
import { decodeVersioned, encodeVersioned } from './versioned.ts';

/*
 * The one record of a control batch. For the end of a transaction:
 *
 *   key     int16 version 0, int16 type: 0 abort, 1 commit
 *   value   int16 version 0, int32 coordinator epoch
 *   header  `vigil-transaction`: int64 time at which the transaction began, ms (Vigil's own markers; others have no header)
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
export type TransactionEnd = {
  readonly result: 'commit' | 'abort';
  readonly coordinatorEpoch: number;
  /** When the transaction began, which tells it from others of its producer id and epoch; undefined when the marker does not say. */
  readonly startedMs?: number;
};

type ControlRecord = Pick<BatchRecord, 'key' | 'value'> & Partial<Pick<BatchRecord, 'headers'>>;

const startedHeader = 'vigil-transaction';

export function encodeTransactionEnd({ result, coordinatorEpoch, startedMs }: TransactionEnd) {
  return {
    key: encodeVersioned(controlRecordKey, { type: controlType[result] }, 0),
    value: encodeVersioned(endTxnMarker, { coordinatorEpoch }, 0),
    headers: startedMs === undefined ? [] : [{ key: startedHeader, value: encodeTime(startedMs) }],
  };
}

/** Undefined for a control record that does not end a transaction. @throws WireError */
export function decodeTransactionEnd({ key, value, headers = [] }: ControlRecord): TransactionEnd | undefined {
  const result = key === null ? undefined : resultOf(key);
  if (result === undefined || value === null) return undefined;
  const { coordinatorEpoch } = decodeVersioned(endTxnMarker, value);
  const started = headers.find((each) => each.key === startedHeader)?.value;
  return { result, coordinatorEpoch, ...(started?.length === 8 && { startedMs: Number(started.readBigInt64BE()) }) };
}

function encodeTime(timeMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(timeMs));
  return bytes;
}

function resultOf(key: Buffer): 'commit' | 'abort' | undefined {
  const reader = new Reader(key);
  reader.int16();
  const type = reader.int16();
  if (type === controlType.abort) return 'abort';
  return type === controlType.commit ? 'commit' : undefined;
}
