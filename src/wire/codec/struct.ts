import { equals } from './equals.ts';
import { type AnyField, type Field, requiredField } from './field.ts';
import type { Reader } from './reader.ts';
import { readTaggedFields, type TaggedWrite, type UnknownTaggedField, writeTaggedFields } from './tagged-fields.ts';
import type { AnyType, Codec, NullableType, Type } from './type.ts';
import { holdsVersion } from './version-range.ts';
import { readingFailed, WireError, writingFailed } from './wire-error.ts';
import type { Writer } from './writer.ts';

/** Fields by name, in wire order: a type alone is a field of every version that has to be given. */
export type StructFields = { readonly [name: string]: AnyType | AnyField };

type Unknowns = { unknownTaggedFields?: UnknownTaggedField[] | undefined };
type Flat<T> = { [K in keyof T]: T[K] };
type ValueOf<F> = F extends { readonly type: Type<infer T, never> } ? T : F extends Type<infer T, never> ? T : never;
type InputOf<F> =
  F extends Field<infer _T, infer E, boolean>
    ? E
    : F extends { compile: Type<infer _T, infer E>['compile'] }
      ? E
      : never;
type OmissibleKeys<F> = { [K in keyof F]: F[K] extends { readonly isOmissible: true } ? K : never }[keyof F];

/** What decoding a struct returns: every field, with its default where the version lacks it. */
export type DecodedFields<F> = Flat<{ -readonly [K in keyof F]: ValueOf<F[K]> } & Unknowns>;

/** What encoding a struct accepts: fields made with `field()` may be left out. */
export type EncodableFields<F> = Flat<
  { readonly [K in Exclude<keyof F, OmissibleKeys<F>>]: InputOf<F[K]> } & {
    readonly [K in OmissibleKeys<F>]?: InputOf<F[K]> | undefined;
  } & Readonly<Unknowns>
>;

export type Struct<F> = NullableType<DecodedFields<F>, EncodableFields<F>> & {
  readonly fields: ReadonlyMap<string, AnyField>;
};

/** The decoded form of a type, struct or message. */
export type Decoded<S> = S extends { compile: Type<infer T, infer _E>['compile'] } ? T : never;
/** The form of a type, struct or message that encoding accepts. */
export type Encodable<S> = S extends { compile: Type<infer _T, infer E>['compile'] } ? E : never;

type Values = Record<string, unknown>;
type Step = {
  readonly name: string;
  readonly codec: Codec<unknown, unknown>;
  readonly isOmissible: boolean;
  readonly initial: () => unknown;
};
type TaggedStep = Step & { readonly tag: number };
type Plan = {
  /** All fields with their defaults: what a decoded object starts as, so that all have one hidden class. */
  readonly template: Values;
  /** Fields whose default is an object, and so must be made afresh. */
  readonly fresh: readonly { readonly name: string; readonly initial: () => unknown }[];
  readonly steps: readonly Step[];
  readonly tagged: readonly TaggedStep[];
};

/** A struct of named fields; in flexible versions its tagged fields follow, and unknown ones survive a round trip. */
export function struct<const F extends StructFields>(fields: F): Struct<F> {
  const all = new Map(Object.entries(fields).map(([name, each]) => [name, asField(each)]));
  const cache = new Map<number, Codec<Values, Values>>();
  const compile = (version: number, isFlexible: boolean): Codec<Values, Values> => {
    const key = version * 2 + (isFlexible ? 1 : 0);
    const codec = cache.get(key) ?? compileStruct(all, version, isFlexible);
    cache.set(key, codec);
    return codec;
  };
  const type: NullableType<Values, Values> = {
    kind: 'struct',
    zero: () => Object.fromEntries([...all].map(([name, each]) => [name, each.initial()])),
    compile,
    compileNullable: (version, isFlexible) => orNull(compile(version, isFlexible)),
  };
  return { ...type, fields: all } as unknown as Struct<F>;
}

function asField(typeOrField: AnyType | AnyField): AnyField {
  return 'type' in typeOrField ? typeOrField : requiredField(typeOrField);
}

function compileStruct(
  fields: ReadonlyMap<string, AnyField>,
  version: number,
  isFlexible: boolean,
): Codec<Values, Values> {
  const plan = planOf(fields, version, isFlexible);
  const minSizeBytes = plan.steps.reduce((sum, step) => sum + step.codec.minSizeBytes, isFlexible ? 1 : 0);
  return {
    minSizeBytes,
    read: (reader) => readStruct(reader, plan, isFlexible),
    write: (writer, values) => writeStruct(writer, plan, isFlexible, values),
  };
}

function planOf(fields: ReadonlyMap<string, AnyField>, version: number, isFlexible: boolean): Plan {
  const template: Values = {};
  const fresh: { name: string; initial: () => unknown }[] = [];
  const steps: Step[] = [];
  const tagged: TaggedStep[] = [];
  for (const [name, { type, presentIn, taggedIn, tag, neverFlexible, isOmissible, initial }] of fields) {
    template[name] = initial();
    const isPresent = holdsVersion(presentIn, version);
    const isTagged = isPresent && isFlexible && tag !== undefined && holdsVersion(taggedIn, version);
    if ((!isPresent || isTagged) && typeof template[name] === 'object' && template[name] !== null) {
      fresh.push({ name, initial });
    }
    if (!isPresent) continue;
    const codec = type.compile(version, isFlexible && !neverFlexible) as Codec<unknown, unknown>;
    if (isTagged) tagged.push({ name, codec, isOmissible, initial, tag });
    else steps.push({ name, codec, isOmissible, initial });
  }
  return { template, fresh, steps, tagged };
}

function readStruct(reader: Reader, plan: Plan, isFlexible: boolean): Values {
  const values: Values = { ...plan.template };
  for (const { name, initial } of plan.fresh) values[name] = initial();
  let current = '';
  try {
    for (const { name, codec } of plan.steps) {
      current = name;
      values[name] = codec.read(reader);
    }
    current = 'tagged fields';
    if (isFlexible) readTagged(reader, plan, values);
  } catch (error) {
    throw readingFailed(current, error);
  }
  return values;
}

function readTagged(reader: Reader, plan: Plan, values: Values): void {
  const unknown = readTaggedFields(reader, (tag, data) => {
    const step = plan.tagged.find((each) => each.tag === tag);
    if (step) values[step.name] = step.codec.read(data);
    return step !== undefined;
  });
  if (unknown.length > 0) values.unknownTaggedFields = unknown;
}

function writeStruct(writer: Writer, plan: Plan, isFlexible: boolean, values: Values): void {
  let current = '';
  try {
    for (const step of plan.steps) {
      current = step.name;
      const value = values[step.name];
      step.codec.write(writer, value === undefined ? omitted(step) : value);
    }
    current = 'tagged fields';
    if (isFlexible) writeTagged(writer, plan, values);
  } catch (error) {
    throw writingFailed(current, error);
  }
}

function omitted({ isOmissible, initial }: Step): unknown {
  if (isOmissible) return initial();
  throw new WireError('invalid-value', 'A value has to be given.');
}

function writeTagged(writer: Writer, plan: Plan, values: Values): void {
  const unknown = (values.unknownTaggedFields ?? []) as readonly UnknownTaggedField[];
  if (plan.tagged.length === 0 && unknown.length === 0) writer.unsignedVarint(0);
  else writeTaggedFields(writer, taggedWrites(plan.tagged, values), unknown);
}

/** Tagged fields that differ from their defaults; the others are not written. */
function taggedWrites(tagged: readonly TaggedStep[], values: Values): TaggedWrite[] {
  const writes: TaggedWrite[] = [];
  for (const { name, codec, initial, tag } of tagged) {
    const value = values[name];
    if (value === undefined || equals(value, initial())) continue;
    writes.push({ tag, write: (writer) => codec.write(writer, value) });
  }
  return writes;
}

/** A struct that may be null begins with one byte: −1 for null, 1 for present. */
function orNull(codec: Codec<Values, Values>): Codec<Values | null, Values | null> {
  return {
    minSizeBytes: 1,
    read: (reader) => {
      const marker = reader.int8();
      if (marker === -1) return null;
      if (marker === 1) return codec.read(reader);
      throw new WireError('invalid-value', `A struct that may be null begins with ${marker}; expected 1 or -1.`);
    },
    write: (writer, value) => {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}
