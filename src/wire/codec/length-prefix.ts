import type { Reader } from './reader.ts';
import { WireError } from './wire-error.ts';
import type { Writer } from './writer.ts';

/** How a type says how long it is: the length n of a value, or −1 for null. */
export type LengthPrefix = {
  readonly sizeBytes: number;
  read(reader: Reader): number;
  write(writer: Writer, length: number): void;
};

/** Flexible versions: unsigned varint of n + 1, 0 for null. */
export const compactLength: LengthPrefix = {
  sizeBytes: 1,
  read: (reader) => reader.unsignedVarint() - 1,
  write: (writer, length) => writer.unsignedVarint(length + 1),
};

/** Classic strings: int16, −1 for null. */
export const int16Length: LengthPrefix = {
  sizeBytes: 2,
  read: (reader) => reader.int16(),
  write: (writer, length) => {
    if (length > 0x7fff) throw new WireError('invalid-value', `A string of ${length} bytes is longer than 32767.`);
    writer.int16(length);
  },
};

/** Classic bytes, records and arrays: int32, −1 for null. */
export const int32Length: LengthPrefix = {
  sizeBytes: 4,
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
};

/** Refuses null where the version allows none. */
export function lengthNotNull(length: number, kind: string): number {
  if (length !== -1) return length;
  throw new WireError('invalid-value', `A ${kind} that cannot be null is null.`);
}
