import { Reader } from './codec/reader.ts';
import { WireError } from './codec/wire-error.ts';
import { Writer } from './codec/writer.ts';
import { compress, decompress, defaultMaxDecompressedBytes } from './compression.ts';
import {
  attributeBits,
  batchHeaderBytes,
  type Compression,
  compressionNames,
  type RecordBatch,
  requireBatch,
} from './record-batch.ts';

/*
 * A record inside a batch:
 *
 *   length            varint, bytes that follow
 *   attributes        int8, 0
 *   timestamp delta   varlong, ms − base timestamp of the batch
 *   offset delta      varint, offset − base offset of the batch
 *   key               varint length, −1 for null; bytes
 *   value             varint length, −1 for null; bytes
 *   headers           varint count; each: varint length, name in UTF-8; varint length, −1 for null; bytes
 */
const minRecordBytes = 7;

export type RecordHeader = { readonly key: string; readonly value: Buffer | null };

/** One record, relative to its batch: no bigint is made for it. Key, value and header values share the batch's memory. */
export type BatchRecord = {
  readonly offsetDelta: number;
  /** ms. Says nothing when the timestamp type of the batch is LogAppendTime: then all have its max timestamp. */
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
};

/**
 * The records of a batch, in order, decompressed when needed.
 *
 * @throws WireError `corrupt-compression`, `corrupt-batch` (bytes left over, or a compression that does not exist),
 *   `truncated`, `hostile-length`
 */
export function* batchRecords(
  batch: RecordBatch,
  maxBytes = defaultMaxDecompressedBytes,
): Generator<BatchRecord, void, undefined> {
  const { compression } = batch;
  if (compression === undefined) {
    throw new WireError(
      'corrupt-batch',
      `A record batch has attributes ${batch.attributes}, which name no compression.`,
    );
  }
  const reader = new Reader(decompress(compression, batch.payload, maxBytes));
  const count = reader.count(batch.recordCount, minRecordBytes);
  for (let i = 0; i < count; i++) yield readRecord(reader);
  if (reader.remaining === 0) return;
  throw new WireError('corrupt-batch', `${reader.remaining} bytes follow the ${count} records of a batch.`);
}

/** When a record was made or appended, ms since 1970; −1 for none. */
export function timestampOf(batch: RecordBatch, record: BatchRecord): bigint {
  if (batch.timestampType === 'LogAppendTime') return batch.maxTimestamp;
  return batch.baseTimestamp + BigInt(record.timestampDelta);
}

function readRecord(reader: Reader): BatchRecord {
  const body = reader.window(reader.varint());
  body.int8();
  const record = {
    timestampDelta: body.safeVarlong(),
    offsetDelta: body.varint(),
    key: readBytes(body),
    value: readBytes(body),
    headers: readHeaders(body),
  };
  body.expectEnd();
  return record;
}

function readBytes(reader: Reader): Buffer | null {
  const length = reader.varint();
  return length === -1 ? null : reader.slice(length);
}

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

function readHeaders(reader: Reader): readonly RecordHeader[] {
  const count = reader.count(reader.varint(), 2);
  if (count === 0) return noHeaders;
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) headers.push({ key: reader.text(reader.varint()), value: readBytes(reader) });
  return headers;
}

export type NewRecord = {
  /** Its place counts when it is left out. */
  readonly offsetDelta?: number | undefined;
  /** ms since 1970; that of the batch when it is left out. */
  readonly timestamp?: bigint | undefined;
  readonly key?: Buffer | null | undefined;
  readonly value?: Buffer | null | undefined;
  readonly headers?: readonly RecordHeader[] | undefined;
};

export type NewBatch = {
  readonly records: readonly NewRecord[];
  /** 0 by default. */
  readonly baseOffset?: bigint;
  /** That of the last record by default; larger when compaction has removed records behind it. */
  readonly lastOffsetDelta?: number;
  readonly leaderEpoch?: number;
  /** ms since 1970, for records without a timestamp of their own; −1 (none) by default. */
  readonly timestamp?: bigint;
  /** ms since 1970 from which compaction may drop the tombstones in this batch; it takes the place of the base timestamp. */
  readonly deleteHorizonMs?: bigint | undefined;
  readonly compression?: Compression;
  readonly timestampType?: 'CreateTime' | 'LogAppendTime';
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
};

/** Builds a whole batch with its checksum. */
export function encodeBatch(batch: NewBatch): Buffer {
  const timestamps = batch.records.map((record) => record.timestamp ?? batch.timestamp ?? -1n);
  const baseTimestamp = batch.deleteHorizonMs ?? timestamps[0] ?? batch.timestamp ?? -1n;
  const payload = compress(batch.compression ?? 'none', encodeRecords(batch.records, timestamps, baseTimestamp));
  const writer = new Writer(batchHeaderBytes + payload.length);
  writer.int64(batch.baseOffset ?? 0n);
  writer.int32(batchHeaderBytes - 12 + payload.length);
  writer.int32(batch.leaderEpoch ?? -1);
  writer.int8(2);
  writer.uint32(0);
  writer.int16(attributesOf(batch));
  writer.int32(batch.lastOffsetDelta ?? lastDelta(batch.records));
  writer.int64(baseTimestamp);
  writer.int64(latest(timestamps, batch.timestamp ?? -1n));
  writer.int64(batch.producerId ?? -1n);
  writer.int16(batch.producerEpoch ?? -1);
  writer.int32(batch.baseSequence ?? -1);
  writer.int32(batch.records.length);
  const bytes = Buffer.concat([...writer.finish(), payload]);
  requireBatch(bytes).updateCrc();
  return bytes;
}

function attributesOf(batch: NewBatch): number {
  return (
    compressionNames.indexOf(batch.compression ?? 'none') |
    (batch.timestampType === 'LogAppendTime' ? attributeBits.logAppendTime : 0) |
    (batch.isTransactional ? attributeBits.transactional : 0) |
    (batch.isControl ? attributeBits.control : 0) |
    (batch.deleteHorizonMs === undefined ? 0 : attributeBits.deleteHorizon)
  );
}

function latest(timestamps: readonly bigint[], ofNone: bigint): bigint {
  let max = timestamps[0] ?? ofNone;
  for (const each of timestamps) if (each > max) max = each;
  return max;
}

function lastDelta(records: readonly NewRecord[]): number {
  return records.at(-1)?.offsetDelta ?? records.length - 1;
}

function encodeRecords(records: readonly NewRecord[], timestamps: readonly bigint[], baseTimestamp: bigint): Buffer {
  const writer = new Writer();
  records.forEach((record, index) => {
    const body = writer.nested();
    body.int8(0);
    body.varlong((timestamps[index] ?? baseTimestamp) - baseTimestamp);
    body.varint(record.offsetDelta ?? index);
    writeBytes(body, record.key ?? null);
    writeBytes(body, record.value ?? null);
    writeHeaders(body, record.headers ?? []);
    writer.varint(body.length);
    writer.append(body);
  });
  return writer.toBuffer();
}

function writeBytes(writer: Writer, value: Buffer | null): void {
  writer.varint(value === null ? -1 : value.length);
  if (value !== null) writer.bytes(value);
}

function writeHeaders(writer: Writer, headers: readonly RecordHeader[]): void {
  writer.varint(headers.length);
  for (const { key, value } of headers) {
    const sizeBytes = Buffer.byteLength(key);
    writer.varint(sizeBytes);
    writer.text(key, sizeBytes);
    writeBytes(writer, value);
  }
}
