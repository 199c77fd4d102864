import { fault } from '../base/errors.ts';

/**
 * Reads the records of a batch without making anything of them: positions in the buffer only. A record is read where it
 * lies, its value passed over, and of its headers those are remembered that were named.
 *
 * The layout is that of `wire/records.ts`.
 */
export class RecordScanner {
  /** What is being scanned. */
  buffer: Buffer = Buffer.alloc(0);
  /** Offset in the log of the record at hand. */
  offset = 0;
  /** Place of the value; both 0 when there is none. */
  valueStart = 0;
  valueEnd = 0;
  readonly #namesByLength: { name: Buffer; slot: number }[][] = [];
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #position = 0;
  #end = 0;

  /** @param headers names of the headers to remember; they are asked for by their place in this list */
  constructor(headers: readonly string[]) {
    this.#starts = new Int32Array(headers.length);
    this.#ends = new Int32Array(headers.length);
    for (const [slot, header] of headers.entries()) {
      const name = Buffer.from(header);
      const alike = this.#namesByLength[name.length] ?? [];
      alike.push({ name, slot });
      this.#namesByLength[name.length] = alike;
    }
  }

  /**
   * Calls `onRecord` for each record of a batch that is not compressed any more.
   *
   * @throws MALFORMED_BYTES when lengths do not fit into each other
   */
  scan(records: Buffer, count: number, baseOffset: number, onRecord: () => void): void {
    this.buffer = records;
    this.#position = 0;
    for (let index = 0; index < count; index++) {
      this.#end = records.length;
      const length = this.#varint();
      this.#end = this.#after(length);
      this.#readRecord(baseOffset);
      onRecord();
      this.#position = this.#end;
    }
  }

  /** Whether the record has the header, with a value. */
  has(slot: number): boolean {
    return (this.#starts[slot] ?? -1) >= 0;
  }

  startOf(slot: number): number {
    return this.#starts[slot] ?? -1;
  }

  endOf(slot: number): number {
    return this.#ends[slot] ?? -1;
  }

  text(slot: number): string {
    return this.buffer.toString('latin1', this.#starts[slot] ?? 0, this.#ends[slot] ?? 0);
  }

  /** A whole number from 0 up, or −1 when the header is no such number or is not there. */
  wholeNumber(slot: number): number {
    return this.wholeNumberIn(this.startOf(slot), this.endOf(slot));
  }

  wholeNumberIn(start: number, end: number): number {
    if (start < 0 || start >= end || end - start > 15) return -1;
    let value = 0;
    for (let at = start; at < end; at++) {
      const digit = (this.buffer[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  #readRecord(baseOffset: number): void {
    this.#position++;
    this.#skipVarlong();
    this.offset = baseOffset + this.#varint();
    const keyLength = this.#varint();
    if (keyLength > 0) this.#position = this.#after(keyLength);
    const valueLength = this.#varint();
    this.valueStart = this.#position;
    this.#position = this.valueEnd = this.#after(Math.max(0, valueLength));
    this.#starts.fill(-1);
    const headers = this.#varint();
    for (let index = 0; index < headers; index++) this.#readHeader();
  }

  #readHeader(): void {
    const nameLength = this.#varint();
    const nameStart = this.#position;
    this.#position = this.#after(nameLength);
    const valueLength = this.#varint();
    const start = this.#position;
    this.#position = this.#after(Math.max(0, valueLength));
    const alike = this.#namesByLength[nameLength];
    if (!alike || valueLength < 0) return;
    for (const { name, slot } of alike) {
      if (!this.#isAt(name, nameStart)) continue;
      this.#starts[slot] = start;
      this.#ends[slot] = this.#position;
      return;
    }
  }

  #isAt(name: Buffer, start: number): boolean {
    for (let at = 0; at < name.length; at++) if (this.buffer[start + at] !== name[at]) return false;
    return true;
  }

  #after(length: number): number {
    const end = this.#position + length;
    if (length < 0 || end > this.#end) throw fault('MALFORMED_BYTES', `a record says ${length} bytes, beyond its end`);
    return end;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.#position >= this.#end) throw fault('MALFORMED_BYTES', 'a record is cut short');
      const byte = this.buffer[this.#position++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw fault('MALFORMED_BYTES', 'a number of a record is longer than 5 bytes');
  }

  #skipVarlong(): void {
    while ((this.buffer[this.#position++] ?? 0) >= 0x80) {
      if (this.#position >= this.#end) throw fault('MALFORMED_BYTES', 'a record is cut short');
    }
  }
}
