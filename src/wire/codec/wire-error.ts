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

  constructor(kind: WireErrorKind, message: string, options: { cause?: unknown } = {}) {
    super('MALFORMED_BYTES', message, options);
    this.kind = kind;
  }
}
