import type { Codec, Type } from './type.ts';

function fixed<T>(kind: string, zero: T, codec: Codec<T, T>): Type<T> {
  return { kind, zero: () => zero, compile: () => codec };
}

export const int8 = fixed<number>('int8', 0, {
  minSizeBytes: 1,
  read: (reader) => reader.int8(),
  write: (writer, value) => writer.int8(value),
});

export const int16 = fixed<number>('int16', 0, {
  minSizeBytes: 2,
  read: (reader) => reader.int16(),
  write: (writer, value) => writer.int16(value),
});

export const uint16 = fixed<number>('uint16', 0, {
  minSizeBytes: 2,
  read: (reader) => reader.uint16(),
  write: (writer, value) => writer.uint16(value),
});

export const int32 = fixed<number>('int32', 0, {
  minSizeBytes: 4,
  read: (reader) => reader.int32(),
  write: (writer, value) => writer.int32(value),
});

export const uint32 = fixed<number>('uint32', 0, {
  minSizeBytes: 4,
  read: (reader) => reader.uint32(),
  write: (writer, value) => writer.uint32(value),
});

export const int64 = fixed<bigint>('int64', 0n, {
  minSizeBytes: 8,
  read: (reader) => reader.int64(),
  write: (writer, value) => writer.int64(value),
});

export const float64 = fixed<number>('float64', 0, {
  minSizeBytes: 8,
  read: (reader) => reader.float64(),
  write: (writer, value) => writer.float64(value),
});

export const bool = fixed<boolean>('bool', false, {
  minSizeBytes: 1,
  read: (reader) => reader.bool(),
  write: (writer, value) => writer.bool(value),
});

/** The uuid of sixteen zero bytes: "no topic id". */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** A string of 22 url-safe base64 characters, as Kafka's tools print it: compared with ===, fit as a key of a Map. */
export const uuid = fixed<string>('uuid', zeroUuid, {
  minSizeBytes: 16,
  read: (reader) => reader.uuid(),
  write: (writer, value) => writer.uuid(value),
});
