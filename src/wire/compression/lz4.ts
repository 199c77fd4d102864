import { Reader } from '../codec/reader.ts';
import { WireError } from '../codec/wire-error.ts';
import { lz4DecodeBlock, lz4EncodeBlock } from './lz4-block.ts';
import { xxhash32 } from './xxhash32.ts';

/*
 * An LZ4 frame, little-endian:
 *
 *   magic             4   0x184d2204
 *   flags             1   bits 7–6 version 01, 5 blocks are independent, 4 block checksums, 3 content size,
 *                         2 content checksum, 0 dictionary id
 *   block size        1   bits 6–4: 4 is 64 KiB, 5 is 256 KiB, 6 is 1 MiB, 7 is 4 MiB
 *   content size      8   when its flag is set
 *   header checksum   1   second byte of the xxHash of what stands between magic and here
 *   blocks                size (highest bit: stored as it is), data, checksum (4, when its flag is set)
 *   end               4   0
 *   content checksum  4   when its flag is set
 */
const magic = 0x184d2204;
const flag = {
  version: 0x40,
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
};
const storedBit = 0x80000000;
const writtenBlockBytes = 64 * 1024;
const writtenBlockCode = 4 << 4;

type FrameHeader = { readonly flags: number; readonly maxBlockBytes: number };

/** Decompresses one frame. @throws WireError `corrupt-compression`, `truncated` or `hostile-length` */
export function lz4Decompress(input: Buffer, maxBytes: number): Buffer {
  const reader = new Reader(input);
  const header = readFrameHeader(reader, input);
  let output: Buffer = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(input.length * 4, header.maxBlockBytes)));
  let written = 0;
  for (;;) {
    const size = littleEndian32(reader);
    if (size === 0) break;
    const block = reader.slice((size & ~storedBit) >>> 0);
    if (header.flags & flag.blockChecksum) expectChecksum('block', littleEndian32(reader), block);
    const end = Math.min(written + header.maxBlockBytes, maxBytes);
    output = grown(output, written, end);
    written = size & storedBit ? copyStored(block, output, written, end) : lz4DecodeBlock(block, output, written, end);
  }
  const content = output.subarray(0, written);
  if (header.flags & flag.contentChecksum) expectChecksum('content', littleEndian32(reader), content);
  return content;
}

/** Compresses into one frame of independent blocks. */
export function lz4Compress(input: Buffer): Buffer {
  const descriptor = Buffer.from([flag.version | flag.independent, writtenBlockCode]);
  const parts = [uint32(magic), descriptor, Buffer.from([headerChecksum(descriptor)])];
  for (let at = 0; at < input.length; at += writtenBlockBytes) {
    const raw = input.subarray(at, at + writtenBlockBytes);
    const packed = lz4EncodeBlock(raw);
    if (packed.length < raw.length) parts.push(uint32(packed.length), packed);
    else parts.push(uint32((raw.length | storedBit) >>> 0), raw);
  }
  return Buffer.concat([...parts, uint32(0)]);
}

function readFrameHeader(reader: Reader, input: Buffer): FrameHeader {
  const found = littleEndian32(reader);
  if (found !== magic) throw new WireError('corrupt-compression', `An LZ4 frame begins with ${found.toString(16)}.`);
  const start = reader.position;
  const flags = reader.uint8();
  const blockCode = (reader.uint8() >> 4) & 7;
  if ((flags & 0xc0) !== flag.version || blockCode < 4 || flags & flag.dictionary) {
    throw new WireError('corrupt-compression', `An LZ4 frame has flags ${flags} and block size ${blockCode}.`);
  }
  if (flags & flag.contentSize) reader.skip(8);
  const expected = headerChecksum(input.subarray(start, reader.position));
  const checksum = reader.uint8();
  if (checksum === expected) return { flags, maxBlockBytes: 1 << (8 + 2 * blockCode) };
  throw new WireError('corrupt-compression', `The checksum of an LZ4 header is ${checksum}; expected ${expected}.`);
}

function headerChecksum(descriptor: Buffer): number {
  return (xxhash32(descriptor) >>> 8) & 0xff;
}

function expectChecksum(what: string, expected: number, bytes: Buffer): void {
  const found = xxhash32(bytes);
  if (found === expected) return;
  throw new WireError('corrupt-compression', `The checksum of an LZ4 ${what} is ${found}; the frame says ${expected}.`);
}

function copyStored(block: Buffer, output: Buffer, at: number, end: number): number {
  if (at + block.length <= end) return at + block.copy(output, at);
  throw new WireError(
    'corrupt-compression',
    `A stored LZ4 block of ${block.length} bytes at ${at} passes the end at ${end}.`,
  );
}

/** `output` itself, or a larger copy of its first `usedBytes`, with room up to `neededBytes`. */
function grown(output: Buffer, usedBytes: number, neededBytes: number): Buffer {
  if (output.length >= neededBytes) return output;
  const larger = Buffer.allocUnsafe(Math.max(neededBytes, output.length * 2));
  output.copy(larger, 0, 0, usedBytes);
  return larger;
}

function littleEndian32(reader: Reader): number {
  return reader.slice(4).readUInt32LE(0);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
