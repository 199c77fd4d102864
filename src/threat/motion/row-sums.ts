import {
  advance,
  assemble,
  compile,
  constant,
  countDown,
  end,
  get,
  loop,
  pageBytes,
  types,
  vector,
  vectorMemory,
  type WasmMemory,
} from '../../base/wasm/assemble.ts';

interface RowSumsModule {
  memory: WasmMemory;
  /** sums (uint16) += a row of samples (uint8), `groups` of eight; addresses in bytes. */
  addRow(row: number, sums: number, groups: number): void;
}

/** Samples that are added at once. */
const groupSamples = 8;
/** So many of 255 are the most that 16 bits hold. */
export const mostRows = 257;

const load8x8u = vectorMemory(0x02);
const v128Load = vectorMemory(0x00);
const v128Store = vectorMemory(0x0b);
const i16x8Add = vector(0x8e);

function addRowBody(): number[] {
  const [row, sums, groups] = [0, 1, 2] as const;
  return [
    ...loop([
      ...get(sums),
      ...[...get(row), ...load8x8u, ...get(sums), ...v128Load, ...i16x8Add, ...v128Store],
      ...advance(row, constant(groupSamples)),
      ...advance(sums, constant(2 * groupSamples)),
      ...countDown(groups),
    ]),
    ...end,
  ];
}

/** Adds up rows of bytes, column by column, eight columns at a time. The memory: the sums, then the rows. */
export class RowSums {
  readonly #module = compile<RowSumsModule>(
    assemble([{ name: 'addRow', parameters: [types.i32, types.i32, types.i32], body: addRowBody() }]),
  )();

  /**
   * @param rows at most `mostRows` rows of `width` bytes
   * @returns the sum of each column; it stands until the next call
   */
  of(rows: Uint8Array, width: number): Uint16Array {
    const groups = Math.ceil(width / groupSamples);
    const first = 2 * groupSamples * groups;
    this.#reserve(first + rows.length + groupSamples);
    const { memory, addRow } = this.#module;
    const sums = new Uint16Array(memory.buffer, 0, groupSamples * groups);
    sums.fill(0);
    new Uint8Array(memory.buffer).set(rows, first);
    for (let at = 0; at < rows.length; at += width) addRow(first + at, 0, groups);
    return sums.subarray(0, width);
  }

  #reserve(sizeBytes: number): void {
    const { memory } = this.#module;
    const missing = sizeBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  }
}
