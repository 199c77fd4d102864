/** Frames of one page; a page of a bitmap and a page of a frame table cover the same frames. */
export const pageFrames = 1024;
export const pageWords = pageFrames / 32;

/** A set of frame numbers: one bit each, in pages of 128 bytes that are made where numbers occur. */
export class FrameBitmap {
  readonly #pages = new Map<number, Uint32Array>();
  #newestKey = -1;
  #newest: Uint32Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns false when the number was there already */
  add(frame: number): boolean {
    const words = this.#page(Math.floor(frame / pageFrames));
    const word = (frame % pageFrames) >>> 5;
    const bit = 1 << (frame & 31);
    const before = words[word] ?? 0;
    if (before & bit) return false;
    words[word] = before | bit;
    this.#size++;
    return true;
  }

  delete(frame: number): boolean {
    if (!this.has(frame)) return false;
    const page = Math.floor(frame / pageFrames);
    const words = this.#page(page);
    const word = (frame % pageFrames) >>> 5;
    words[word] = (words[word] ?? 0) & ~(1 << (frame & 31));
    this.#size--;
    return true;
  }

  /** Gives back the pages that hold only numbers below `frame`. */
  forgetPagesBelow(frame: number): void {
    for (const page of this.#pages.keys()) {
      if ((page + 1) * pageFrames > frame) continue;
      this.#pages.delete(page);
      if (page === this.#newestKey) this.#newestKey = -1;
    }
  }

  /** The pages that hold numbers, in no order. */
  pages(): Iterable<number> {
    return this.#pages.keys();
  }

  has(frame: number): boolean {
    const words = this.words(Math.floor(frame / pageFrames));
    return words !== undefined && ((words[(frame % pageFrames) >>> 5] ?? 0) & (1 << (frame & 31))) !== 0;
  }

  /** The bits of a page; undefined when it holds none. */
  words(page: number): Uint32Array | undefined {
    return page === this.#newestKey ? this.#newest : this.#pages.get(page);
  }

  /** In rising order. */
  *frames(): Generator<number> {
    for (const page of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const words = this.#pages.get(page);
      for (let word = 0; words && word < pageWords; word++) {
        yield* framesOfWord(page, word, words[word] ?? 0);
      }
    }
  }

  #page(key: number): Uint32Array {
    if (key === this.#newestKey && this.#newest) return this.#newest;
    const words = this.#pages.get(key) ?? new Uint32Array(pageWords);
    this.#pages.set(key, words);
    this.#newestKey = key;
    this.#newest = words;
    return words;
  }
}

/** The frames whose bits are set in one word of a page. */
export function* framesOfWord(page: number, word: number, bits: number): Generator<number> {
  let left = bits >>> 0;
  while (left !== 0) {
    const bit = 31 - Math.clz32(left & -left);
    yield page * pageFrames + word * 32 + bit;
    left = (left & (left - 1)) >>> 0;
  }
}
