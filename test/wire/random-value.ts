import type { ArrayType } from '../../src/wire/codec/array.ts';
import type { AnyField } from '../../src/wire/codec/field.ts';
import type { AnyMessage } from '../../src/wire/codec/message.ts';
import type { Nullable } from '../../src/wire/codec/nullable.ts';
import type { AnyType } from '../../src/wire/codec/type.ts';
import { holdsVersion } from '../../src/wire/codec/version-range.ts';

/** A source of numbers in 0..1 that is the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Context = {
  readonly version: number;
  readonly isFlexible: boolean;
  readonly random: () => number;
  readonly unknownTags: boolean;
};
type Options = { readonly seed: number; readonly unknownTags?: boolean };

/** A value of every field that the version has, made from the definition; fields that it lacks hold their defaults. */
export function randomMessage(definition: AnyMessage, version: number, { seed, unknownTags = false }: Options): never {
  const isFlexible = holdsVersion(definition.flexibleVersions, version);
  return randomStruct(definition.fields, { version, isFlexible, random: seededRandom(seed), unknownTags }) as never;
}

function randomStruct(fields: ReadonlyMap<string, AnyField>, context: Context): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of fields) {
    const isPresent = holdsVersion(field.presentIn, context.version);
    values[name] = isPresent ? randomValue(field.type, context) : field.initial();
  }
  if (context.isFlexible && context.unknownTags) {
    values.unknownTaggedFields = [
      { tag: 1000 + integer(context, 50), data: randomBytes(context, 9) },
      { tag: 2_000_000, data: Buffer.alloc(0) },
    ];
  }
  return values;
}

function randomValue(type: AnyType, context: Context): unknown {
  if (isNullable(type)) {
    const isNull = holdsVersion(type.nullableIn, context.version) && context.random() < 0.25;
    return isNull ? null : randomValue(type.inner, context);
  }
  if (isArray(type)) return Array.from({ length: integer(context, 4) }, () => randomValue(type.element, context));
  if (isStruct(type)) return randomStruct(type.fields, context);
  return randomPrimitive(type.kind, context);
}

function randomPrimitive(kind: string, context: Context): unknown {
  switch (kind) {
    case 'bool':
      return context.random() < 0.5;
    case 'int64':
      return randomBytes(context, 8, 8).readBigInt64BE();
    case 'float64':
      return context.random() * 1e6;
    case 'uuid':
      return randomBytes(context, 16, 16).toString('base64url');
    case 'string':
      return randomText(context);
    case 'bytes':
      return randomBytes(context, 40);
    case 'records':
      return randomBytes(context, 5000);
    default:
      return randomInteger(kind, context);
  }
}

function randomInteger(kind: string, context: Context): number {
  const bits = Number(/\d+$/.exec(kind)?.[0]);
  const value = Math.floor(context.random() * 2 ** bits);
  return kind.startsWith('u') ? value : value - 2 ** (bits - 1);
}

function randomText(context: Context): string {
  const letters = ['a', 'Z', '0', '-', '.', 'é', '日', '𝛼'];
  return Array.from({ length: integer(context, 12) }, () => letters[integer(context, letters.length)]).join('');
}

function randomBytes(context: Context, atMost: number, atLeast = 0): Buffer {
  const length = atLeast + integer(context, atMost - atLeast + 1);
  return Buffer.from(Array.from({ length }, () => integer(context, 256)));
}

function integer(context: Context, below: number): number {
  return Math.floor(context.random() * below);
}

export function isNullable(type: AnyType): type is AnyType & Pick<Nullable<unknown, unknown>, 'inner' | 'nullableIn'> {
  return 'inner' in type;
}

export function isArray(type: AnyType): type is AnyType & Pick<ArrayType<unknown, unknown>, 'element'> {
  return 'element' in type;
}

export function isStruct(type: AnyType): type is AnyType & { readonly fields: ReadonlyMap<string, AnyField> } {
  return 'fields' in type;
}
