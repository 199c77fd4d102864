import { compactLength, int16Length, int32Length, type LengthPrefix, lengthNotNull } from './length-prefix.ts';
import type { Reader } from './reader.ts';
import type { Codec, NullableType } from './type.ts';
import { WireError } from './wire-error.ts';
import type { Writer } from './writer.ts';

type Content<T, E> = {
  read(reader: Reader, length: number): T;
  write(writer: Writer, value: E, prefix: LengthPrefix): void;
};

function required<T, E>(kind: string, content: Content<T, E>, prefix: LengthPrefix): Codec<T, E> {
  return {
    minSizeBytes: prefix.sizeBytes,
    read: (reader) => content.read(reader, lengthNotNull(prefix.read(reader), kind)),
    write: (writer, value) => {
      if (value === null) throw new WireError('invalid-value', `A ${kind} that cannot be null is null.`);
      content.write(writer, value, prefix);
    },
  };
}

function orNull<T, E>(content: Content<T, E>, prefix: LengthPrefix): Codec<T | null, E | null> {
  return {
    minSizeBytes: prefix.sizeBytes,
    read: (reader) => {
      const length = prefix.read(reader);
      return length === -1 ? null : content.read(reader, length);
    },
    write: (writer, value) => {
      if (value === null) prefix.write(writer, -1);
      else content.write(writer, value, prefix);
    },
  };
}

function prefixed<T, E>(
  kind: string,
  zero: () => T,
  classicLength: LengthPrefix,
  content: Content<T, E>,
): NullableType<T, E> {
  const classic = required(kind, content, classicLength);
  const compact = required(kind, content, compactLength);
  const classicOrNull = orNull(content, classicLength);
  const compactOrNull = orNull(content, compactLength);
  return {
    kind,
    zero,
    compile: (_version, isFlexible) => (isFlexible ? compact : classic),
    compileNullable: (_version, isFlexible) => (isFlexible ? compactOrNull : classicOrNull),
  };
}

/** UTF-8 text. */
export const string: NullableType<string> = prefixed<string, string>('string', () => '', int16Length, {
  read: (reader, length) => reader.text(length),
  write: (writer, value, prefix) => {
    const sizeBytes = Buffer.byteLength(value);
    prefix.write(writer, sizeBytes);
    writer.text(value, sizeBytes);
  },
});

const noBytes = Buffer.alloc(0);

/** Opaque bytes; decoded ones share the reader's memory. */
export const bytes: NullableType<Buffer> = prefixed<Buffer, Buffer>('bytes', () => noBytes, int32Length, {
  read: (reader, length) => reader.slice(length),
  write: (writer, value, prefix) => {
    prefix.write(writer, value.length);
    writer.bytes(value);
  },
});

/**
 * Record batches, verbatim and never copied: decoded ones share the reader's memory; to encode, give one buffer or several
 * (parts of several segments, say) that count as one after another.
 */
export const records: NullableType<Buffer, Buffer | readonly Buffer[]> = prefixed<Buffer, Buffer | readonly Buffer[]>(
  'records',
  () => noBytes,
  int32Length,
  {
    read: (reader, length) => reader.slice(length),
    write: (writer, value, prefix) => {
      const parts = Buffer.isBuffer(value) ? [value] : value;
      let sizeBytes = 0;
      for (const part of parts) sizeBytes += part.length;
      prefix.write(writer, sizeBytes);
      for (const part of parts) writer.bytes(part);
    },
  },
);
