const hashBits = 14;

/**
 * Finds earlier occurrences of four bytes, for compressors of the LZ77 family. It remembers one place per hash value: quick,
 * and good enough for records that a broker rewrites.
 */
export class MatchTable {
  readonly #input: Buffer;
  /** Place + 1 by hash; 0 is none. */
  readonly #places = new Int32Array(1 << hashBits);

  constructor(input: Buffer) {
    this.#input = input;
  }

  /** The last place with the same four bytes, at most `reach` bytes before `position`, or −1; then remembers `position`. */
  find(position: number, reach: number): number {
    const word = this.#input.readUInt32LE(position);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
    const candidate = (this.#places[hash] ?? 0) - 1;
    this.#places[hash] = position + 1;
    if (candidate < 0 || position - candidate > reach) return -1;
    return this.#input.readUInt32LE(candidate) === word ? candidate : -1;
  }

  /** How many bytes from `a` and from `b` on are the same, up to where `b` reaches `end`. */
  matchLength(a: number, b: number, end: number): number {
    let length = 0;
    while (b + length < end && this.#input[a + length] === this.#input[b + length]) length++;
    return length;
  }
}
