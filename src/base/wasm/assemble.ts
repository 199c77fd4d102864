/**
 * Just enough of an assembler for small WebAssembly modules that are written out by hand: what JavaScript does number by
 * number they do eight at a time.
 */

export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export const pageBytes = 65_536;

const simd = 0xfd;

/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A small constant: below 64 one byte of signed LEB128 is enough, else two. */
export function constant(value: number): number[] {
  return [0x41, ...(value < 64 ? [value] : [(value & 0x7f) | 0x80, value >>> 7])];
}

export const get = (local: number): number[] => [0x20, local];
export const set = (local: number): number[] => [0x21, local];
export const loop = (body: readonly number[]): number[] => [0x03, 0x40, ...body, 0x0b];
export const end = [0x0b];
export const i32Add = [0x6a];
export const i32Sub = [0x6b];
/** A SIMD instruction without an operand of its own. */
export const vector = (code: number, ...immediate: number[]): number[] => [simd, ...leb(code), ...immediate];
/** Memory instructions take the power of two of their alignment (a hint) and an offset. */
export const memory = (code: number, alignment: number, offset = 0): number[] => [code, alignment, ...leb(offset)];
export const vectorMemory = (code: number, offset = 0): number[] => [simd, ...leb(code), 0x00, ...leb(offset)];

/** local += by */
export function advance(local: number, by: readonly number[]): number[] {
  return [...get(local), ...by, ...i32Add, ...set(local)];
}

/** local −= 1, and again from the loop's start while something is left. */
export function countDown(local: number): number[] {
  return [...get(local), ...constant(1), ...i32Sub, ...set(local), ...get(local), 0x0d, 0x00];
}

export interface WasmFunction {
  name: string;
  parameters: readonly number[];
  /** Types of further locals. */
  locals?: readonly number[];
  body: readonly number[];
}

/** A module of functions without results and a memory of one page that may grow, both exported. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const indexes = functions.map((_, index) => index);
  const code = functions.map(({ locals = [], body }) => {
    const whole = [...leb(locals.length), ...locals.flatMap((type) => [1, type]), ...body];
    return [...leb(whole.length), ...whole];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(
      1,
      functions.map(({ parameters }) => [0x60, ...leb(parameters.length), ...parameters, 0]),
    ),
    ...section(
      3,
      indexes.map((index) => leb(index)),
    ),
    ...section(5, [[0x00, 1]]),
    ...section(7, [
      [...name('memory'), 0x02, 0],
      ...functions.map((each, index) => [...name(each.name), 0x00, ...leb(index)]),
    ]),
    ...section(10, code),
  ]);
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [...leb(entries.length), ...entries.flat()];
  return [id, ...leb(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** As much of the global object as is used here: the types of Node leave it out. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => { exports: unknown };
}

/**
 * Compiles a module.
 *
 * @returns makes instances, each with a memory of its own; `Exports` names what was assembled
 */
export function compile<Exports extends { memory: WasmMemory }>(bytes: Uint8Array<ArrayBuffer>): () => Exports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const compiled = new Module(bytes);
  return () => new Instance(compiled).exports as Exports;
}
