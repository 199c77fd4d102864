import { VigilError } from '../../base/errors.ts';

/**
 * What is wrong with the bytes:
 * - `truncated`: fewer bytes remain than the next field needs
 * - `hostile-length`: a length or count that is negative, or larger than what remains could hold
 * - `trailing-bytes`: bytes are left after the last field
 * - `invalid-value`: a value that the field cannot have (null where none is allowed, an overlong varint, a bad marker)
 * - `unsupported-version`: the message has no such version
 * - `corrupt-batch`: a record batch whose header contradicts itself or whose checksum differs
 * - `corrupt-compression`: compressed bytes that do not decompress, or would grow past the limit
 */
export type WireErrorKind =
  | 'truncated'
  | 'hostile-length'
  | 'trailing-bytes'
  | 'invalid-value'
  | 'unsupported-version'
  | 'corrupt-batch'
  | 'corrupt-compression';

/** Bytes, or a value to be written as bytes, that break the protocol. Always the peer's fault, or the caller's. */
export class WireError extends VigilError {
  readonly kind: WireErrorKind;
  readonly #detail: string;
  #path = '';

  constructor(kind: WireErrorKind, message: string, options: { cause?: unknown } = {}) {
    super('MALFORMED_BYTES', message, options);
    this.kind = kind;
    this.#detail = message;
  }

  /** Where in a message it was met: `FetchRequest v12.topics.partitions.partition`; empty outside messages. */
  get path(): string {
    return this.#path;
  }

  /** Adds the place that holds the place known so far. */
  within(name: string): this {
    this.#path = this.#path === '' ? name : `${name}.${this.#path}`;
    this.message = `${this.#path}: ${this.#detail}`;
    return this;
  }
}

/** What reading the field or message `name` threw, with its place; a defect of this program is passed on as it is. */
export function readingFailed(name: string, error: unknown): unknown {
  return error instanceof WireError ? error.within(name) : error;
}

/** What writing the field or message `name` threw, as a WireError with its place: numbers out of range, wrong types. */
export function writingFailed(name: string, error: unknown): WireError {
  if (error instanceof WireError) return error.within(name);
  const reason = error instanceof Error ? error.message : String(error);
  return new WireError('invalid-value', reason, { cause: error }).within(name);
}
