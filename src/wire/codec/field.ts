import type { AnyType, Type } from './type.ts';
import { everyVersion, noVersion, type VersionRange, versionRange } from './version-range.ts';

export type FieldOptions<T> = {
  /** Versions that have the field; all by default. */
  readonly versions?: string;
  /** What decoding yields where the field is absent, and encoding writes where it is left out. */
  readonly default?: T;
  /** Number of the tagged field. */
  readonly tag?: number;
  /** Versions in which the field is tagged; all that are flexible by default, when there is a `tag`. */
  readonly taggedVersions?: string;
  /** False: the classic form in flexible versions too (the header's client id). */
  readonly isFlexible?: false;
};

/** A field of a struct: a type, and where it stands. `Omissible` fields may be left out when encoding. */
export type Field<T, E, Omissible extends boolean = boolean> = {
  readonly type: Type<T, E>;
  readonly isOmissible: Omissible;
  readonly presentIn: VersionRange;
  readonly taggedIn: VersionRange;
  readonly tag: number | undefined;
  readonly neverFlexible: boolean;
  /** A fresh default value. */
  readonly initial: () => T;
};

export type AnyField = {
  readonly type: AnyType;
  readonly isOmissible: boolean;
  readonly presentIn: VersionRange;
  readonly taggedIn: VersionRange;
  readonly tag: number | undefined;
  readonly neverFlexible: boolean;
  readonly initial: () => unknown;
};

/**
 * A field that some versions lack, that has a default, or that is tagged. Without a `default` it falls back on its type's
 * zero. Left out or absent, encoding writes the fallback; a value for a version that lacks the field is not written.
 */
export function field<T, E>(type: Type<T, E>, options: FieldOptions<T> = {}): Field<T, E, true> {
  const { default: fallback, tag, taggedVersions } = options;
  return {
    type,
    isOmissible: true,
    presentIn: options.versions === undefined ? everyVersion : versionRange(options.versions),
    taggedIn:
      tag === undefined ? noVersion : taggedVersions === undefined ? everyVersion : versionRange(taggedVersions),
    tag,
    neverFlexible: options.isFlexible === false,
    initial: fallback === undefined ? type.zero : () => fallback,
  };
}

/** A field of all versions that has to be given when encoding. */
export function requiredField<T, E>(type: Type<T, E>): Field<T, E, false> {
  return {
    type,
    isOmissible: false,
    presentIn: everyVersion,
    taggedIn: noVersion,
    tag: undefined,
    neverFlexible: false,
    initial: type.zero,
  };
}
