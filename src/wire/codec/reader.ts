import { WireError } from './wire-error.ts';

/**
 * Reads Kafka's primitive types from one buffer, front to back.
 *
 * Every read first checks that its bytes are there; every length and count is checked against the bytes that remain before
 * anything is sliced or allocated. Slices share the buffer's memory: copy what has to outlive it.
 *
 * Each method throws `WireError` (`truncated`, `hostile-length` or `invalid-value`) and then leaves the reader unusable.
 */
export class Reader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #position: number;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = Math.min(end, buffer.length);
  }

  /** Byte place of the next read, counted from the start of the buffer. */
  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#advance(8));
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  /** Kafka reads any byte but 0 as true. */
  bool(): boolean {
    return this.uint8() !== 0;
  }

  /** Sixteen bytes as Kafka prints them: 22 characters of url-safe base64. */
  uuid(): string {
    const at = this.#advance(16);
    return this.#buffer.toString('base64url', at, at + 16);
  }

  /** Unsigned, at most five bytes, at most 2³² − 1. */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.uint8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.uint8();
    if (last > 0x0f)
      throw new WireError('invalid-value', `A varint before byte ${this.#position} is longer than 32 bits.`);
    return (value | (last << 28)) >>> 0;
  }

  /** Zigzag-encoded 32 bits. */
  varint(): number {
    const raw = this.unsignedVarint();
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** Zigzag-encoded 64 bits. */
  varlong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.uint8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new WireError('invalid-value', `A varlong before byte ${this.#position} is longer than 64 bits.`);
  }

  /**
   * Zigzag-encoded 64 bits as a number, without a bigint on the way.
   *
   * @throws WireError `invalid-value` beyond ±2⁵² (a time difference of 140,000 years)
   */
  safeVarlong(): number {
    let value = 0;
    for (let weight = 1; weight <= 2 ** 49; weight *= 128) {
      const byte = this.uint8();
      value += (byte & 0x7f) * weight;
      if (byte >= 0x80) continue;
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new WireError('invalid-value', `A varlong before byte ${this.#position} is beyond what a number can hold.`);
  }

  /** The next `length` bytes, sharing memory. */
  slice(length: number): Buffer {
    const at = this.#advance(this.#checkLength(length));
    return this.#buffer.subarray(at, at + length);
  }

  /** The next `length` bytes as UTF-8. */
  text(length: number): string {
    const at = this.#advance(this.#checkLength(length));
    return this.#buffer.toString('utf8', at, at + length);
  }

  /** A reader over exactly the next `length` bytes, which this one then has passed. */
  window(length: number): Reader {
    const at = this.#advance(this.#checkLength(length));
    return new Reader(this.#buffer, at, at + length);
  }

  skip(length: number): void {
    this.#advance(this.#checkLength(length));
  }

  /**
   * Checks the count of an array whose elements take at least `minSizeBytes` each, so that a hostile count is refused before
   * anything is allocated for it.
   */
  count(count: number, minSizeBytes: number): number {
    if (count >= 0 && count * Math.max(minSizeBytes, 1) <= this.remaining) return count;
    throw new WireError(
      'hostile-length',
      `An array before byte ${this.#position} claims ${count} elements; ${this.remaining} bytes remain.`,
    );
  }

  /** @throws WireError `trailing-bytes` unless everything has been read */
  expectEnd(): void {
    if (this.remaining === 0) return;
    throw new WireError('trailing-bytes', `${this.remaining} bytes are left after byte ${this.#position}.`);
  }

  #checkLength(length: number): number {
    if (length >= 0 && length <= this.remaining) return length;
    throw new WireError(
      'hostile-length',
      `A field at byte ${this.#position} claims ${length} bytes; ${this.remaining} remain.`,
    );
  }

  #advance(length: number): number {
    const at = this.#position;
    if (at + length > this.#end) {
      throw new WireError('truncated', `A field at byte ${at} needs ${length} bytes; ${this.#end - at} remain.`);
    }
    this.#position = at + length;
    return at;
  }
}
