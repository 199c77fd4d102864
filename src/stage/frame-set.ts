import { FrameBitmap, pageFrames, pageWords } from './frame-bitmap.ts';

/** A frame set as plain numbers: every frame below the mark, and runs [first, last, first, last …] beyond it. */
export interface SavedFrameSet {
  below: number;
  beyond: number[];
}

/**
 * A set of frame numbers that is small while they come roughly in order: everything below a mark, plus one bit for each
 * beyond it. Exact for any order, and never larger than a bit for each frame.
 */
export class FrameSet {
  #below = 0;
  readonly #beyond = new FrameBitmap();

  /** @returns false when the number was there already */
  add(frame: number): boolean {
    if (this.has(frame)) return false;
    if (frame !== this.#below) return this.#beyond.add(frame);
    this.#below++;
    if (this.#beyond.size === 0) return true;
    while (this.#beyond.delete(this.#below)) this.#below++;
    this.#beyond.forgetPagesBelow(this.#below);
    return true;
  }

  has(frame: number): boolean {
    return frame < this.#below || this.#beyond.has(frame);
  }

  get size(): number {
    return this.#below + this.#beyond.size;
  }

  save(): SavedFrameSet {
    const beyond: number[] = [];
    for (const frame of this.#beyond.frames()) {
      if (beyond.at(-1) === frame - 1) beyond[beyond.length - 1] = frame;
      else beyond.push(frame, frame);
    }
    return { below: this.#below, beyond };
  }

  static from({ below, beyond }: SavedFrameSet): FrameSet {
    const set = new FrameSet();
    set.#below = below;
    for (let at = 0; at + 1 < beyond.length; at += 2) {
      for (let frame = beyond[at] ?? 0; frame <= (beyond[at + 1] ?? 0); frame++) set.#beyond.add(frame);
    }
    return set;
  }

  /** How many numbers are in all of the sets; an absent set counts as empty. */
  static sizeOfIntersection(sets: readonly (FrameSet | undefined)[]): number {
    const present = sets.flatMap((set) => set ?? []);
    const [first] = present;
    if (!first || present.length < sets.length) return 0;
    // Beyond the lowest mark only what the set with that mark holds can be in all.
    const lagging = present.reduce((least, set) => (set.#below < least.#below ? set : least), first);
    let size = lagging.#below;
    for (const page of lagging.#beyond.pages()) {
      for (let word = 0; word < pageWords; word++) {
        let bits = lagging.#beyond.words(page)?.[word] ?? 0;
        for (const set of present) if (set !== lagging) bits &= set.#bitsOf(page, word);
        size += countOfBits(bits);
      }
    }
    return size;
  }

  #bitsOf(page: number, word: number): number {
    const below = this.#below - (page * pageFrames + word * 32);
    const marked = below >= 32 ? -1 : below <= 0 ? 0 : (1 << below) - 1;
    return marked | (this.#beyond.words(page)?.[word] ?? 0);
  }
}

function countOfBits(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
