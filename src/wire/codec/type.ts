import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** Reads and writes one type in one version of a message. */
export type Codec<T, E> = {
  /** The fewest bytes a value can take: what makes a hostile count recognisable before anything is allocated. */
  readonly minSizeBytes: number;
  read(reader: Reader): T;
  write(writer: Writer, value: E): void;
};

/**
 * A type of the protocol over all versions of a message.
 *
 * `T` is what decoding returns, `E` what encoding accepts (wider: readonly arrays, fields with defaults left out).
 */
export type Type<T, E = T> = {
  /** Apache's name of the type: `int32`, `string`, `array`, `struct` … */
  readonly kind: string;
  /** What a field of this type holds when a version lacks it and no default is given; a fresh value at each call. */
  readonly zero: () => T;
  readonly compile: (version: number, isFlexible: boolean) => Codec<T, E>;
};

/** A type that has a form for null on the wire. */
export type NullableType<T, E = T> = Type<T, E> & {
  readonly compileNullable: (version: number, isFlexible: boolean) => Codec<T | null, E | null>;
};

/** Any type, when only its description matters. */
export type AnyType = Type<unknown, never>;
