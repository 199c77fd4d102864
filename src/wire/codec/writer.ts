import { WireError } from './wire-error.ts';

/** A buffer at least this long is handed on as it is; a shorter one is cheaper to copy than to gather. */
const gatherFromBytes = 2048;
const firstChunkBytes = 512;
const largestChunkBytes = 64 * 1024;

/** A place in the output whose four bytes are filled in later. */
export type Int32Slot = { readonly set: (value: number) => void };

/**
 * Gathers Kafka's primitive types into a list of buffers fit for one gathering write (`writev`).
 *
 * Large buffers given to `bytes` are never copied: they appear in `finish()` as themselves and must not change until they
 * have been sent.
 */
export class Writer {
  readonly #finished: Buffer[] = [];
  #finishedBytes = 0;
  #chunk: Buffer;
  /** Where the part of the chunk begins that is not in `#finished` yet. */
  #start = 0;
  #position = 0;

  /** @param sizeHintBytes how much will probably be written besides gathered buffers */
  constructor(sizeHintBytes = firstChunkBytes) {
    this.#chunk = Buffer.allocUnsafe(sizeHintBytes);
  }

  /** Bytes written so far, gathered buffers included. */
  get length(): number {
    return this.#finishedBytes + this.#position - this.#start;
  }

  int8(value: number): void {
    const at = this.#advance(1);
    this.#chunk.writeInt8(value, at);
  }

  uint8(value: number): void {
    const at = this.#advance(1);
    this.#chunk[at] = value;
  }

  int16(value: number): void {
    const at = this.#advance(2);
    this.#chunk.writeInt16BE(value, at);
  }

  uint16(value: number): void {
    const at = this.#advance(2);
    this.#chunk.writeUInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#advance(4);
    this.#chunk.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#advance(4);
    this.#chunk.writeUInt32BE(value, at);
  }

  int64(value: bigint): void {
    const at = this.#advance(8);
    this.#chunk.writeBigInt64BE(value, at);
  }

  float64(value: number): void {
    const at = this.#advance(8);
    this.#chunk.writeDoubleBE(value, at);
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  /** @param value 22 characters of url-safe base64, as `Reader.uuid` returns them */
  uuid(value: string): void {
    const at = this.#advance(16);
    if (value.length !== 22 || this.#chunk.write(value, at, 16, 'base64url') !== 16) {
      throw new WireError('invalid-value', `"${value}" is not a uuid of 22 base64 characters.`);
    }
  }

  unsignedVarint(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.uint8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  varint(value: number): void {
    this.unsignedVarint((value << 1) ^ (value >> 31));
  }

  varlong(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest >= 0x80n) {
      this.uint8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.uint8(Number(rest));
  }

  /** `value` as UTF-8, which takes `sizeBytes` (see `Buffer.byteLength`). */
  text(value: string, sizeBytes: number): void {
    const at = this.#advance(sizeBytes);
    this.#chunk.write(value, at, sizeBytes, 'utf8');
  }

  /** Raw bytes, without a length. Copied when small, gathered when large. */
  bytes(value: Buffer): void {
    if (value.length < gatherFromBytes) {
      const at = this.#advance(value.length);
      value.copy(this.#chunk, at);
      return;
    }
    this.#closePart();
    this.#finished.push(value);
    this.#finishedBytes += value.length;
  }

  /** An empty writer, for something whose size has to be written before it. */
  nested(): Writer {
    return new Writer();
  }

  /** Everything another writer holds, followed by what is written here next. */
  append(other: Writer): void {
    for (const part of other.finish()) this.bytes(part);
  }

  /** Leaves room for a length that is known only after what follows has been written. */
  reserveInt32(): Int32Slot {
    const at = this.#advance(4);
    const chunk = this.#chunk;
    return { set: (value) => void chunk.writeInt32BE(value, at) };
  }

  /** All buffers in order. The writer may go on; a later call returns the earlier buffers too. */
  finish(): Buffer[] {
    this.#closePart();
    return this.#finished;
  }

  /** Everything as one buffer; copies unless there is only one part. */
  toBuffer(): Buffer {
    const parts = this.finish();
    const [only] = parts;
    return parts.length === 1 && only ? only : Buffer.concat(parts, this.length);
  }

  #advance(length: number): number {
    if (this.#position + length > this.#chunk.length) this.#openChunk(length);
    const at = this.#position;
    this.#position = at + length;
    return at;
  }

  #openChunk(neededBytes: number): void {
    this.#closePart();
    const grown = Math.min(this.#chunk.length * 2, largestChunkBytes);
    this.#chunk = Buffer.allocUnsafe(Math.max(grown, neededBytes, firstChunkBytes));
    this.#start = 0;
    this.#position = 0;
  }

  #closePart(): void {
    if (this.#position === this.#start) return;
    this.#finished.push(this.#chunk.subarray(this.#start, this.#position));
    this.#finishedBytes += this.#position - this.#start;
    this.#start = this.#position;
  }
}
