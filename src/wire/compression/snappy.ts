import { Reader } from '../codec/reader.ts';
import { WireError } from '../codec/wire-error.ts';
import { Writer } from '../codec/writer.ts';
import { copyLiteral, copyMatch } from './copy.ts';
import { MatchTable } from './match-table.ts';

/*
 * Snappy, two ways. A raw block:
 *
 *   varint                   size when decompressed
 *   elements, by the low two bits of their first byte:
 *     00  literal            upper six bits: length − 1, or 60–63: the length − 1 follows in 1–4 bytes
 *     01  match, 2 bytes     3 bits length − 4, 11 bits distance
 *     10  match, 3 bytes     6 bits length − 1, 16 bits distance, little-endian
 *     11  match, 5 bytes     6 bits length − 1, 32 bits distance, little-endian
 *
 * The framing of Java's snappy library ("xerial"), which Java clients write: sixteen bytes of header (magic, version,
 * lowest compatible version), then blocks, each behind its size as int32, big-endian.
 */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;
const xerialBlockBytes = 32 * 1024;

/** Decompresses either form. @throws WireError `corrupt-compression` */
export function snappyDecompress(input: Buffer, maxBytes: number): Buffer {
  if (!isXerial(input)) return decompressBlock(input, maxBytes);
  const blocks: Buffer[] = [];
  let remainingBytes = maxBytes;
  const reader = new Reader(input, xerialHeaderBytes);
  while (reader.remaining > 0) {
    const block = decompressBlock(reader.slice(reader.int32()), remainingBytes);
    remainingBytes -= block.length;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** Compresses in the framing that every Kafka client reads. */
export function snappyCompress(input: Buffer): Buffer {
  const writer = new Writer((input.length >> 1) + 64);
  writer.bytes(xerialMagic);
  writer.int32(1);
  writer.int32(1);
  for (let at = 0; at < input.length; at += xerialBlockBytes) {
    const block = compressBlock(input.subarray(at, at + xerialBlockBytes));
    writer.int32(block.length);
    writer.bytes(block);
  }
  return writer.toBuffer();
}

function isXerial(input: Buffer): boolean {
  return input.length >= xerialHeaderBytes && input.subarray(0, xerialMagic.length).equals(xerialMagic);
}

function decompressBlock(input: Buffer, maxBytes: number): Buffer {
  const reader = new Reader(input);
  const sizeBytes = reader.unsignedVarint();
  if (sizeBytes > maxBytes) {
    throw new WireError('corrupt-compression', `A snappy block claims ${sizeBytes} bytes; ${maxBytes} are allowed.`);
  }
  const output = Buffer.allocUnsafe(sizeBytes);
  const written = decodeElements(input, reader.position, output);
  if (written === sizeBytes) return output;
  throw new WireError('corrupt-compression', `A snappy block holds ${written} bytes and claims ${sizeBytes}.`);
}

/** How many bytes follow a tag before its literal or the next element: its distance, or its long length. */
function extraBytesOf(tag: number): number {
  const kind = tag & 3;
  if (kind === 0) return tag >> 2 < 60 ? 0 : (tag >> 2) - 59;
  return kind === 3 ? 4 : kind;
}

/** @returns the number of bytes put into `output` */
function decodeElements(input: Buffer, start: number, output: Buffer): number {
  let from = start;
  let to = 0;
  while (from < input.length) {
    const tag = input[from++] as number;
    const extraBytes = extraBytesOf(tag);
    const extra = littleEndian(input, from, extraBytes);
    from += extraBytes;
    if ((tag & 3) === 0) {
      const length = 1 + (extraBytes === 0 ? tag >> 2 : extra);
      copyLiteral(input, from, length, { output, position: to, end: output.length });
      from += length;
      to += length;
    } else {
      const isShort = (tag & 3) === 1;
      const length = isShort ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      copyMatch(output, to, isShort ? ((tag >> 5) << 8) | extra : extra, length, output.length);
      to += length;
    }
  }
  return to;
}

function littleEndian(input: Buffer, at: number, sizeBytes: number): number {
  if (at + sizeBytes > input.length)
    throw new WireError('corrupt-compression', 'A snappy block ends inside an element.');
  let value = 0;
  for (let i = sizeBytes - 1; i >= 0; i--) value = value * 256 + (input[at + i] as number);
  return value;
}

function compressBlock(input: Buffer): Buffer {
  const writer = new Writer((input.length >> 1) + 64);
  writer.unsignedVarint(input.length);
  const table = new MatchTable(input);
  let literalStart = 0;
  let at = 0;
  while (at + 4 <= input.length) {
    const match = table.find(at, 0xffff);
    if (match < 0) {
      at++;
      continue;
    }
    const length = table.matchLength(match, at, input.length);
    writeLiteral(writer, input.subarray(literalStart, at));
    writeMatch(writer, at - match, length);
    at += length;
    literalStart = at;
  }
  writeLiteral(writer, input.subarray(literalStart));
  return writer.toBuffer();
}

function writeLiteral(writer: Writer, literal: Buffer): void {
  if (literal.length === 0) return;
  const code = literal.length - 1;
  if (code < 60) {
    writer.uint8(code << 2);
  } else {
    writer.uint8(61 << 2);
    writer.uint8(code & 0xff);
    writer.uint8(code >> 8);
  }
  writer.bytes(literal);
}

function writeMatch(writer: Writer, distance: number, length: number): void {
  for (let rest = length; rest > 0; rest -= 64) {
    writer.uint8(((Math.min(rest, 64) - 1) << 2) | 2);
    writer.uint8(distance & 0xff);
    writer.uint8(distance >> 8);
  }
}
