import { compactLength, int32Length, type LengthPrefix, lengthNotNull } from './length-prefix.ts';
import type { Reader } from './reader.ts';
import { type Decoded, type Encodable, type Struct, type StructFields, struct } from './struct.ts';
import type { Codec, NullableType, Type } from './type.ts';
import { WireError } from './wire-error.ts';
import type { Writer } from './writer.ts';

export type ArrayType<T, E> = NullableType<T[], readonly E[]> & { readonly element: Type<T, E> };

/** An array of a type, or of structs given by their fields. */
export function arrayOf<T, E>(element: Type<T, E>): ArrayType<T, E>;
export function arrayOf<const F extends StructFields>(fields: F): ArrayType<Decoded<Struct<F>>, Encodable<Struct<F>>>;
export function arrayOf(elementOrFields: Type<unknown, unknown> | StructFields): ArrayType<unknown, unknown> {
  const element = isType(elementOrFields) ? elementOrFields : (struct(elementOrFields) as Type<unknown, unknown>);
  return {
    kind: 'array',
    element,
    zero: () => [],
    compile: (version, isFlexible) => required(element.compile(version, isFlexible), prefixOf(isFlexible)),
    compileNullable: (version, isFlexible) => orNull(element.compile(version, isFlexible), prefixOf(isFlexible)),
  };
}

function isType(value: Type<unknown, unknown> | StructFields): value is Type<unknown, unknown> {
  return typeof value.compile === 'function';
}

function prefixOf(isFlexible: boolean): LengthPrefix {
  return isFlexible ? compactLength : int32Length;
}

function readElements<T, E>(reader: Reader, element: Codec<T, E>, claimed: number): T[] {
  const count = reader.count(claimed, element.minSizeBytes);
  const values: T[] = [];
  for (let i = 0; i < count; i++) values.push(element.read(reader));
  return values;
}

function writeElements<T, E>(writer: Writer, element: Codec<T, E>, prefix: LengthPrefix, values: readonly E[]): void {
  prefix.write(writer, values.length);
  for (const value of values) element.write(writer, value);
}

function required<T, E>(element: Codec<T, E>, prefix: LengthPrefix): Codec<T[], readonly E[]> {
  return {
    minSizeBytes: prefix.sizeBytes,
    read: (reader) => readElements(reader, element, lengthNotNull(prefix.read(reader), 'array')),
    write: (writer, values) => {
      if (values === null) throw new WireError('invalid-value', 'An array that cannot be null is null.');
      writeElements(writer, element, prefix, values);
    },
  };
}

function orNull<T, E>(element: Codec<T, E>, prefix: LengthPrefix): Codec<T[] | null, readonly E[] | null> {
  return {
    minSizeBytes: prefix.sizeBytes,
    read: (reader) => {
      const claimed = prefix.read(reader);
      return claimed === -1 ? null : readElements(reader, element, claimed);
    },
    write: (writer, values) => {
      if (values === null) prefix.write(writer, -1);
      else writeElements(writer, element, prefix, values);
    },
  };
}
