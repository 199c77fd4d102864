import { crc32c } from '@node-rs/crc32';
import type { ProducerEntry, RememberedBatch } from './producer-entry.ts';

/*
 * A `<offset>.snapshot` file: the producers of the log just before that offset, in Apache Kafka's layout.
 *
 *   byte  size  field
 *      0     2  version                  1
 *      2     4  crc                      CRC-32C of everything after this field
 *      6     4  number of producers
 *     10    46  per producer:            id int64, epoch int16, last sequence int32, last offset int64,
 *                                        offset delta int32, timestamp int64, coordinator epoch int32,
 *                                        first offset of the open transaction int64 (−1: none)
 *
 * Kafka keeps a producer's last batch only, so a batch sent again after a restart may look out of order to it. The older
 * ones follow here where Kafka's readers no longer look:
 *
 *           4  mark                     "VGL1"
 *          per producer with more than one batch:
 *           8  producer id
 *           4  number of batches        oldest first, without the last
 *          28  per batch:               first sequence int32, last sequence int32, last offset int64,
 *                                        offset delta int32, timestamp int64
 */
const version = 1;
const headerBytes = 10;
const producerBytes = 46;
const olderBatchBytes = 28;
const mark = Buffer.from('VGL1', 'latin1');

export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Buffer {
  const all = [...entries];
  const header = Buffer.alloc(headerBytes);
  header.writeInt16BE(version, 0);
  header.writeInt32BE(all.length, 6);
  const bytes = Buffer.concat([header, ...all.map(encodeProducer), mark, ...all.map(encodeOlderBatches)]);
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
  return bytes;
}

function encodeProducer(entry: ProducerEntry): Buffer {
  const bytes = Buffer.alloc(producerBytes);
  const last = entry.batches.at(-1);
  bytes.writeBigInt64BE(entry.producerId, 0);
  bytes.writeInt16BE(entry.producerEpoch, 8);
  bytes.writeInt32BE(last?.lastSequence ?? -1, 10);
  bytes.writeBigInt64BE(last?.lastOffset ?? -1n, 14);
  bytes.writeInt32BE(last?.offsetDelta ?? 0, 22);
  bytes.writeBigInt64BE(entry.lastTimestampMs, 26);
  bytes.writeInt32BE(entry.coordinatorEpoch, 34);
  bytes.writeBigInt64BE(entry.transactionFirstOffset ?? -1n, 38);
  return bytes;
}

function encodeOlderBatches(entry: ProducerEntry): Buffer {
  const older = entry.batches.slice(0, -1);
  if (older.length === 0) return Buffer.alloc(0);
  const head = Buffer.alloc(12);
  head.writeBigInt64BE(entry.producerId, 0);
  head.writeInt32BE(older.length, 8);
  return Buffer.concat([head, ...older.map(encodeOlderBatch)]);
}

function encodeOlderBatch(batch: RememberedBatch): Buffer {
  const bytes = Buffer.alloc(olderBatchBytes);
  bytes.writeInt32BE(batch.firstSequence, 0);
  bytes.writeInt32BE(batch.lastSequence, 4);
  bytes.writeBigInt64BE(batch.lastOffset, 8);
  bytes.writeInt32BE(batch.offsetDelta, 16);
  bytes.writeBigInt64BE(batch.timestampMs, 20);
  return bytes;
}

/** The producers of a snapshot, or undefined when it is damaged or of an unknown version. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerEntry[] | undefined {
  if (bytes.length < headerBytes || bytes.readInt16BE(0) !== version) return undefined;
  if (bytes.readUInt32BE(2) !== crc32c(bytes.subarray(6))) return undefined;
  const count = bytes.readInt32BE(6);
  const end = headerBytes + count * producerBytes;
  if (count < 0 || bytes.length < end) return undefined;
  const entries = new Map<bigint, ProducerEntry>();
  for (let at = headerBytes; at < end; at += producerBytes) {
    const entry = decodeProducer(bytes.subarray(at, at + producerBytes));
    entries.set(entry.producerId, entry);
  }
  decodeOlderBatches(bytes.subarray(end), entries);
  return [...entries.values()];
}

function decodeProducer(bytes: Buffer): ProducerEntry {
  const lastSequence = bytes.readInt32BE(10);
  const lastOffset = bytes.readBigInt64BE(14);
  const offsetDelta = bytes.readInt32BE(22);
  const timestampMs = bytes.readBigInt64BE(26);
  const transactionFirstOffset = bytes.readBigInt64BE(38);
  const firstSequence = lastSequence === -1 ? -1 : (lastSequence - offsetDelta) & 0x7fffffff;
  return {
    producerId: bytes.readBigInt64BE(0),
    producerEpoch: bytes.readInt16BE(8),
    coordinatorEpoch: bytes.readInt32BE(34),
    lastTimestampMs: timestampMs,
    transactionFirstOffset: transactionFirstOffset < 0n ? undefined : transactionFirstOffset,
    batches: lastOffset < 0n ? [] : [{ firstSequence, lastSequence, lastOffset, offsetDelta, timestampMs }],
  };
}

/** Puts the older batches in front of the last one; a snapshot written by Kafka has none. */
function decodeOlderBatches(bytes: Buffer, entries: Map<bigint, ProducerEntry>): void {
  if (!bytes.subarray(0, mark.length).equals(mark)) return;
  for (let at = mark.length; at + 12 <= bytes.length; ) {
    const entry = entries.get(bytes.readBigInt64BE(at));
    const count = bytes.readInt32BE(at + 8);
    const end = at + 12 + count * olderBatchBytes;
    if (!entry || count < 0 || end > bytes.length) return;
    const older: RememberedBatch[] = [];
    for (let from = at + 12; from < end; from += olderBatchBytes) older.push(decodeOlderBatch(bytes, from));
    entry.batches.unshift(...older);
    at = end;
  }
}

function decodeOlderBatch(bytes: Buffer, at: number): RememberedBatch {
  return {
    firstSequence: bytes.readInt32BE(at),
    lastSequence: bytes.readInt32BE(at + 4),
    lastOffset: bytes.readBigInt64BE(at + 8),
    offsetDelta: bytes.readInt32BE(at + 16),
    timestampMs: bytes.readBigInt64BE(at + 20),
  };
}
