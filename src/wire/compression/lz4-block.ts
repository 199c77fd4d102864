import { WireError } from '../codec/wire-error.ts';
import { Writer } from '../codec/writer.ts';
import { copyLiteral, copyMatch } from './copy.ts';
import { MatchTable } from './match-table.ts';

/*
 * An LZ4 block is a list of sequences:
 *
 *   token       upper four bits: literal length, lower four: match length − 4; 15 means that more follows
 *   length      0–n bytes of 255 and one below, added to 15
 *   literals
 *   distance    2 bytes, little-endian
 *   length      as above, for the match
 *
 * The last sequence ends after its literals. The last five bytes are literals always, and no match begins in the last twelve.
 */
const minMatch = 4;
const lastLiterals = 5;
const noMatchBeginsInLast = 12;
const farthest = 0xffff;

/**
 * Decompresses a block into `output` from `start` on; matches may reach back before `start`, into earlier blocks.
 *
 * @param end the place in `output` that must not be passed
 * @returns the place after the last byte written
 * @throws WireError `corrupt-compression`
 */
export function lz4DecodeBlock(input: Buffer, output: Buffer, start: number, end: number): number {
  let from = 0;
  let to = start;
  const extraLength = (): number => {
    let sum = 0;
    for (;;) {
      const byte = byteAt(input, from++);
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (from < input.length) {
    const token = input[from++] as number;
    const literalLength = token >> 4 === 15 ? 15 + extraLength() : token >> 4;
    copyLiteral(input, from, literalLength, { output, position: to, end });
    from += literalLength;
    to += literalLength;
    if (from === input.length) break;
    const distance = byteAt(input, from) | (byteAt(input, from + 1) << 8);
    from += 2;
    const matchLength = minMatch + ((token & 15) === 15 ? 15 + extraLength() : token & 15);
    copyMatch(output, to, distance, matchLength, end);
    to += matchLength;
  }
  return to;
}

function byteAt(input: Buffer, at: number): number {
  const byte = input[at];
  if (byte === undefined)
    throw new WireError('corrupt-compression', `An LZ4 block ends inside a sequence, at byte ${at}.`);
  return byte;
}

/** Compresses on its own, without matches into earlier blocks. */
export function lz4EncodeBlock(input: Buffer): Buffer {
  const writer = new Writer((input.length >> 1) + 64);
  const table = new MatchTable(input);
  const matchesEnd = input.length - lastLiterals;
  let literalStart = 0;
  let at = 0;
  while (at < input.length - noMatchBeginsInLast) {
    const match = table.find(at, farthest);
    if (match < 0) {
      at++;
      continue;
    }
    const length = table.matchLength(match, at, matchesEnd);
    writeSequence(writer, input.subarray(literalStart, at), { distance: at - match, length });
    at += length;
    literalStart = at;
  }
  writeSequence(writer, input.subarray(literalStart));
  return writer.toBuffer();
}

function writeSequence(writer: Writer, literals: Buffer, match?: { distance: number; length: number }): void {
  const matchCode = match ? match.length - minMatch : 0;
  writer.uint8((Math.min(literals.length, 15) << 4) | Math.min(matchCode, 15));
  writeExtraLength(writer, literals.length);
  writer.bytes(literals);
  if (!match) return;
  writer.uint8(match.distance & 0xff);
  writer.uint8(match.distance >> 8);
  writeExtraLength(writer, matchCode);
}

function writeExtraLength(writer: Writer, length: number): void {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) writer.uint8(255);
  writer.uint8(rest);
}
