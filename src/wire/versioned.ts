import type { Message } from './codec/message.ts';
import { Reader } from './codec/reader.ts';
import { WireError } from './codec/wire-error.ts';
import { Writer } from './codec/writer.ts';

/*
 * A message that stands alone, in a record or in an opaque field of another message:
 *
 *   version   int16
 *   body      of that version
 */

export function encodeVersioned<T, E>(definition: Message<T, E>, value: E, version: number): Buffer {
  const writer = new Writer();
  writer.int16(version);
  definition.encode(writer, value, version);
  return writer.toBuffer();
}

/**
 * Reads a message behind its version. A version newer than the newest known one is read as that, and what it adds at the end
 * is left out, as Apache Kafka's clients do.
 *
 * @throws WireError `unsupported-version` for a version below the oldest known one
 */
export function decodeVersioned<T, E>(definition: Message<T, E>, buffer: Buffer): T {
  const reader = new Reader(buffer);
  const version = reader.int16();
  if (version < definition.validVersions.from) {
    throw new WireError('unsupported-version', `${definition.name} has no version ${version}.`);
  }
  return definition.decode(reader, Math.min(version, definition.validVersions.to));
}
