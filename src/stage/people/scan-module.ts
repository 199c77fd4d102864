import {
  advance,
  assemble,
  compile,
  constant,
  countDown,
  end,
  get,
  i32Add,
  loop,
  memory,
  set,
  types,
  vector,
  vectorMemory,
  type WasmMemory,
} from '../../base/wasm/assemble.ts';

const rowVectors = 16;
/** Bytes of one row: 128 numbers of 16 bits. */
export const rowBytes = 16 * rowVectors;

/**
 * The inner loop of a gallery.
 *
 *     scan(rows, count, query, dots): for each row of 128 int16 its dot product with the query, as int32
 */
export interface ScanModule {
  memory: WasmMemory;
  /** Addresses in bytes, all of them multiples of 16. */
  scan(rows: number, count: number, query: number, dots: number): void;
}

const locals = { rows: 0, count: 1, query: 2, dots: 3, sum: 4 };
const load = (local: number, offset: number): number[] => [...get(local), ...vectorMemory(0x00, offset)];
const dot = vector(0xba);
const add = vector(0xae);
const i32Store = memory(0x36, 2);

function body(): number[] {
  const { rows, count, query, dots, sum } = locals;
  const products = Array.from({ length: rowVectors }, (_, index) => {
    const product = [...load(rows, 16 * index), ...load(query, 16 * index), ...dot];
    return index === 0 ? product : [...product, ...add];
  });
  const lane = (index: number): number[] => [...get(sum), ...vector(0x1b, index)];
  return [
    ...loop([
      ...products.flat(),
      ...set(sum),
      ...get(dots),
      ...[...lane(0), ...lane(1), ...i32Add, ...lane(2), ...i32Add, ...lane(3), ...i32Add],
      ...i32Store,
      ...advance(rows, constant(rowBytes)),
      ...advance(dots, constant(4)),
      ...countDown(count),
    ]),
    ...end,
  ];
}

let open: (() => ScanModule) | undefined;

/** A new instance with a memory of its own. */
export function openScanModule(): ScanModule {
  const { i32, v128 } = types;
  open ??= compile(assemble([{ name: 'scan', parameters: [i32, i32, i32, i32], locals: [v128], body: body() }]));
  return open();
}
