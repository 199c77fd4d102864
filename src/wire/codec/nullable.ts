import type { NullableType, Type } from './type.ts';
import { everyVersion, holdsVersion, type VersionRange, versionRange } from './version-range.ts';
import { WireError } from './wire-error.ts';

/** A type that may be null in some versions. */
export type Nullable<T, E> = Type<T | null, E | null> & {
  readonly inner: NullableType<T, E>;
  readonly nullableIn: VersionRange;
};

/**
 * Allows null.
 *
 * @param versions those with a form for null (every version by default); in the others null is a `WireError`
 */
export function nullable<T, E>(inner: NullableType<T, E>, versions?: string): Nullable<T, E> {
  const nullableIn = versions === undefined ? everyVersion : versionRange(versions);
  return {
    kind: inner.kind,
    inner,
    nullableIn,
    zero: inner.zero,
    compile: (version, isFlexible) => {
      if (holdsVersion(nullableIn, version)) return inner.compileNullable(version, isFlexible);
      const codec = inner.compile(version, isFlexible);
      return {
        minSizeBytes: codec.minSizeBytes,
        read: (reader) => codec.read(reader),
        write: (writer, value) => {
          if (value === null)
            throw new WireError('invalid-value', `Version ${version} cannot hold a null ${inner.kind}.`);
          codec.write(writer, value);
        },
      };
    },
  };
}
