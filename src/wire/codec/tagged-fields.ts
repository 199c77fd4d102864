import type { Reader } from './reader.ts';
import { WireError } from './wire-error.ts';
import type { Writer } from './writer.ts';

/** A tagged field that this side does not know, kept so that it can be written back. */
export type UnknownTaggedField = { readonly tag: number; readonly data: Buffer };

/** Something to be written under a tag. */
export type TaggedWrite = { readonly tag: number; write(writer: Writer): void };

/*
 * The section at the end of every struct of a flexible version:
 *
 *   count       unsigned varint
 *   count times, tags ascending:
 *     tag       unsigned varint
 *     size      unsigned varint, bytes of data
 *     data
 */

/**
 * Reads the section. `known` gets a reader over exactly the data of a tag and says whether it knows the tag; data that it
 * leaves unread are an error.
 */
export function readTaggedFields(reader: Reader, known: (tag: number, data: Reader) => boolean): UnknownTaggedField[] {
  const unknown: UnknownTaggedField[] = [];
  const count = reader.count(reader.unsignedVarint(), 2);
  let lastTag = -1;
  for (let i = 0; i < count; i++) {
    const tag = reader.unsignedVarint();
    if (tag <= lastTag) throw new WireError('invalid-value', `Tag ${tag} follows tag ${lastTag}: tags must ascend.`);
    lastTag = tag;
    const data = reader.window(reader.unsignedVarint());
    if (known(tag, data)) data.expectEnd();
    else unknown.push({ tag, data: data.slice(data.remaining) });
  }
  return unknown;
}

/** Writes the section: known and unknown fields merged in the order of their tags. */
export function writeTaggedFields(
  writer: Writer,
  known: readonly TaggedWrite[],
  unknown: readonly UnknownTaggedField[],
): void {
  const fields = [...known, ...unknown.map(({ tag, data }) => ({ tag, write: (to: Writer) => to.bytes(data) }))];
  fields.sort((a, b) => a.tag - b.tag);
  writer.unsignedVarint(fields.length);
  for (const each of fields) {
    const data = writer.nested();
    each.write(data);
    writer.unsignedVarint(each.tag);
    writer.unsignedVarint(data.length);
    writer.append(data);
  }
}
