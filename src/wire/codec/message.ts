import type { AnyField } from './field.ts';
import { Reader } from './reader.ts';
import { type DecodedFields, type EncodableFields, type StructFields, struct } from './struct.ts';
import type { Codec } from './type.ts';
import { holdsVersion, type VersionRange, versionRange } from './version-range.ts';
import { readingFailed, WireError, writingFailed } from './wire-error.ts';
import { Writer } from './writer.ts';

export type MessageOptions = {
  /** Number of the API, for requests and responses. */
  readonly apiKey?: number;
  readonly validVersions: string;
  /** Versions with compact lengths and tagged fields. */
  readonly flexibleVersions: string;
};

/** One message in all its versions. */
export type Message<T, E> = {
  /** Apache's name. */
  readonly name: string;
  readonly apiKey: number | undefined;
  readonly validVersions: VersionRange;
  readonly flexibleVersions: VersionRange;
  readonly fields: ReadonlyMap<string, AnyField>;
  /** The codec of one version. @throws WireError `unsupported-version` */
  readonly compile: (version: number) => Codec<T, E>;
  /** Reads a body; bytes after it are left to the caller. @throws WireError */
  readonly decode: (reader: Reader, version: number) => T;
  /** @throws WireError `invalid-value` for a value that the version cannot hold */
  readonly encode: (writer: Writer, value: E, version: number) => void;
  /** Reads a buffer that holds the body and nothing else. @throws WireError */
  readonly decodeBuffer: (buffer: Buffer, version: number) => T;
  readonly encodeBuffer: (value: E, version: number) => Buffer;
};

/** Any message, when only its description matters. */
export type AnyMessage = Message<unknown, never>;

/**
 * Defines a message: its fields in wire order, over all versions.
 *
 * Left out on encoding, a field made with `field()` gets its default; decoding always yields every field.
 */
export function message<const F extends StructFields>(
  name: string,
  options: MessageOptions,
  fields: F,
): Message<DecodedFields<F>, EncodableFields<F>> {
  const validVersions = versionRange(options.validVersions);
  const flexibleVersions = versionRange(options.flexibleVersions);
  const body = struct(fields);
  const compile = (version: number): Codec<DecodedFields<F>, EncodableFields<F>> => {
    if (holdsVersion(validVersions, version)) return body.compile(version, holdsVersion(flexibleVersions, version));
    throw new WireError('unsupported-version', `${name} has no version ${version}; it has ${options.validVersions}.`);
  };
  const decode = (reader: Reader, version: number): DecodedFields<F> => {
    const codec = compile(version);
    try {
      return codec.read(reader);
    } catch (error) {
      throw readingFailed(`${name} v${version}`, error);
    }
  };
  const encode = (writer: Writer, value: EncodableFields<F>, version: number): void => {
    const codec = compile(version);
    try {
      codec.write(writer, value);
    } catch (error) {
      throw writingFailed(`${name} v${version}`, error);
    }
  };
  return {
    name,
    apiKey: options.apiKey,
    validVersions,
    flexibleVersions,
    fields: body.fields,
    compile,
    decode,
    encode,
    decodeBuffer: (buffer, version) => {
      const reader = new Reader(buffer);
      const value = decode(reader, version);
      reader.expectEnd();
      return value;
    },
    encodeBuffer: (value, version) => {
      const writer = new Writer();
      encode(writer, value, version);
      return writer.toBuffer();
    },
  };
}
