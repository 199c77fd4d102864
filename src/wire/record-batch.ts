import { crc32c } from '@node-rs/crc32';
import { WireError } from './codec/wire-error.ts';

/*
 * A record batch, version 2 ("magic 2"). All numbers are big-endian.
 *
 *   byte  size  field
 *      0     8  base offset            set by the broker
 *      8     4  batch length           bytes after this field
 *     12     4  partition leader epoch set by the broker
 *     16     1  magic                  2
 *     17     4  crc                    CRC-32C of everything after this field
 *     21     2  attributes             bits 0–2 compression, 3 timestamp type, 4 transactional, 5 control,
 *                                      6 base timestamp is the delete horizon
 *     23     4  last offset delta      last offset − base offset; stays when compaction removes records
 *     27     8  base timestamp         ms; of the first record
 *     35     8  max timestamp          ms; −1 when there is none
 *     43     8  producer id            −1 when not idempotent
 *     51     2  producer epoch
 *     53     4  base sequence
 *     57     4  number of records
 *     61        records, compressed or not
 *
 * Base offset and leader epoch lie outside the checksum, so a broker stores a batch as it came.
 */
export const batchHeaderBytes = 61;
const batchOverheadBytes = 12;
const at = {
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

export const compressionNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof compressionNames)[number];
export type TimestampType = 'CreateTime' | 'LogAppendTime';

export const attributeBits = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const;

/**
 * A view of the header of one record batch inside a buffer: nothing is copied, setters write into the buffer.
 *
 * Made by `batchAt` or `recordBatches`, which check that the whole batch lies inside the buffer and has magic 2.
 */
export class RecordBatch {
  readonly #buffer: Buffer;
  /** Byte place of the batch in its buffer. */
  readonly position: number;
  /** Bytes of the whole batch, header included. */
  readonly sizeBytes: number;

  constructor(buffer: Buffer, position: number, sizeBytes: number) {
    this.#buffer = buffer;
    this.position = position;
    this.sizeBytes = sizeBytes;
  }

  get endPosition(): number {
    return this.position + this.sizeBytes;
  }

  get baseOffset(): bigint {
    return this.#buffer.readBigInt64BE(this.position + at.baseOffset);
  }

  set baseOffset(offset: bigint) {
    this.#buffer.writeBigInt64BE(offset, this.position + at.baseOffset);
  }

  get lastOffset(): bigint {
    return this.baseOffset + BigInt(this.lastOffsetDelta);
  }

  get leaderEpoch(): number {
    return this.#buffer.readInt32BE(this.position + at.leaderEpoch);
  }

  set leaderEpoch(epoch: number) {
    this.#buffer.writeInt32BE(epoch, this.position + at.leaderEpoch);
  }

  get magic(): number {
    return this.#buffer.readInt8(this.position + at.magic);
  }

  /** The checksum as written; see `isCrcValid`. */
  get crc(): number {
    return this.#buffer.readUInt32BE(this.position + at.crc);
  }

  get attributes(): number {
    return this.#buffer.readInt16BE(this.position + at.attributes);
  }

  /** Undefined for a number that names no compression. */
  get compression(): Compression | undefined {
    return compressionNames[this.attributes & attributeBits.compression];
  }

  get timestampType(): TimestampType {
    return this.attributes & attributeBits.logAppendTime ? 'LogAppendTime' : 'CreateTime';
  }

  get isTransactional(): boolean {
    return (this.attributes & attributeBits.transactional) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & attributeBits.control) !== 0;
  }

  /** ms since 1970 from which compaction may drop the tombstones in this batch, once compaction has set it. */
  get deleteHorizonMs(): bigint | undefined {
    return this.attributes & attributeBits.deleteHorizon ? this.baseTimestamp : undefined;
  }

  get lastOffsetDelta(): number {
    return this.#buffer.readInt32BE(this.position + at.lastOffsetDelta);
  }

  get baseTimestamp(): bigint {
    return this.#buffer.readBigInt64BE(this.position + at.baseTimestamp);
  }

  get maxTimestamp(): bigint {
    return this.#buffer.readBigInt64BE(this.position + at.maxTimestamp);
  }

  get producerId(): bigint {
    return this.#buffer.readBigInt64BE(this.position + at.producerId);
  }

  get producerEpoch(): number {
    return this.#buffer.readInt16BE(this.position + at.producerEpoch);
  }

  get baseSequence(): number {
    return this.#buffer.readInt32BE(this.position + at.baseSequence);
  }

  /** Sequence numbers wrap from 2³¹ − 1 to 0. */
  get lastSequence(): number {
    return this.baseSequence === -1 ? -1 : (this.baseSequence + this.lastOffsetDelta) & 0x7fffffff;
  }

  get recordCount(): number {
    return this.#buffer.readInt32BE(this.position + at.recordCount);
  }

  /** The whole batch, sharing memory. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.position, this.endPosition);
  }

  /** What follows the header, sharing memory: the records, still compressed. */
  get payload(): Buffer {
    return this.#buffer.subarray(this.position + batchHeaderBytes, this.endPosition);
  }

  isCrcValid(): boolean {
    return this.crc === this.#computeCrc();
  }

  /** Makes `nowMs` the timestamp of every record, as `message.timestamp.type=LogAppendTime` asks. Rewrites the checksum. */
  stampLogAppendTime(nowMs: bigint): void {
    this.#buffer.writeInt16BE(this.attributes | attributeBits.logAppendTime, this.position + at.attributes);
    this.#buffer.writeBigInt64BE(nowMs, this.position + at.maxTimestamp);
    this.updateCrc();
  }

  /** The same batch with its records in another form: header, sizes and checksum fit them. */
  withPayload(compression: Compression, payload: Buffer): Buffer {
    const bytes = Buffer.concat([this.#buffer.subarray(this.position, this.position + batchHeaderBytes), payload]);
    const attributes = (this.attributes & ~attributeBits.compression) | compressionNames.indexOf(compression);
    bytes.writeInt32BE(bytes.length - batchOverheadBytes, at.batchLength);
    bytes.writeInt16BE(attributes, at.attributes);
    new RecordBatch(bytes, 0, bytes.length).updateCrc();
    return bytes;
  }

  updateCrc(): void {
    this.#buffer.writeUInt32BE(this.#computeCrc(), this.position + at.crc);
  }

  #computeCrc(): number {
    return crc32c(this.#buffer.subarray(this.position + at.attributes, this.endPosition));
  }
}

/**
 * What stands at a place of a buffer:
 * - `batch`: a whole batch (its checksum has not been looked at)
 * - `short`: fewer bytes than a batch needs; `neededBytes` is the size of the batch, or of the header when that is cut too
 * - `corrupt`: not a batch of version 2; `reason` says why, in words
 */
export type BatchAt =
  | { readonly kind: 'batch'; readonly batch: RecordBatch }
  | { readonly kind: 'short'; readonly neededBytes: number }
  | { readonly kind: 'corrupt'; readonly reason: string };

/** Looks at the header at `position`; never throws. Bytes from `end` on do not count. */
export function batchAt(buffer: Buffer, position: number, end = buffer.length): BatchAt {
  const availableBytes = end - position;
  if (availableBytes <= at.magic) return { kind: 'short', neededBytes: batchHeaderBytes };
  const sizeBytes = buffer.readInt32BE(position + at.batchLength) + batchOverheadBytes;
  const magic = buffer.readInt8(position + at.magic);
  if (magic !== 2) return { kind: 'corrupt', reason: `magic is ${magic}, not 2` };
  if (sizeBytes < batchHeaderBytes)
    return { kind: 'corrupt', reason: `a size of ${sizeBytes} bytes is below the header’s 61` };
  if (availableBytes < sizeBytes) return { kind: 'short', neededBytes: sizeBytes };
  return { kind: 'batch', batch: new RecordBatch(buffer, position, sizeBytes) };
}

/**
 * All batches of a buffer, front to back.
 *
 * @throws WireError `corrupt-batch` or `truncated` at the first place where no whole batch stands
 */
export function* recordBatches(
  buffer: Buffer,
  start = 0,
  end = buffer.length,
): Generator<RecordBatch, void, undefined> {
  let position = start;
  while (position < end) {
    const batch = requireBatch(buffer, position, end);
    position = batch.endPosition;
    yield batch;
  }
}

/** The batch at `position`. @throws WireError `corrupt-batch` or `truncated` */
export function requireBatch(buffer: Buffer, position = 0, end = buffer.length): RecordBatch {
  const found = batchAt(buffer, position, end);
  if (found.kind === 'batch') return found.batch;
  if (found.kind === 'corrupt')
    throw new WireError('corrupt-batch', `No record batch at byte ${position}: ${found.reason}.`);
  throw new WireError(
    'truncated',
    `A record batch at byte ${position} needs ${found.neededBytes} bytes; ${end - position} remain.`,
  );
}
