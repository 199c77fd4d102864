import { pageFrames, pageWords } from '../stage/frame-bitmap.ts';

/** Where 1,024 frames lie and what their pictures are like. */
interface FramePage {
  present: Uint32Array;
  offsets: Uint32Array;
  checksums: Uint32Array;
  partitions: Uint16Array;
}

/**
 * The frames of one session that stand in the log: 10 bytes each, in pages that are made where numbers occur. Offsets
 * are kept relative to the first one that was read of their partition.
 */
export class FrameTable {
  readonly pages = new Map<number, FramePage>();
  #newestKey = -1;
  #newest: FramePage | undefined;
  #size = 0;
  #end = 0;

  get size(): number {
    return this.#size;
  }

  /** The number after the highest one. */
  get end(): number {
    return this.#end;
  }

  /** @returns false, and changes nothing, when the frame was there already */
  add(frame: number, partition: number, relativeOffset: number, checksum: number): boolean {
    if (this.has(frame)) return false;
    const page = this.#page(Math.floor(frame / pageFrames));
    const at = frame % pageFrames;
    page.present[at >>> 5] = (page.present[at >>> 5] ?? 0) | (1 << (at & 31));
    page.offsets[at] = relativeOffset;
    page.checksums[at] = checksum;
    page.partitions[at] = partition;
    this.#size++;
    this.#end = Math.max(this.#end, frame + 1);
    return true;
  }

  has(frame: number): boolean {
    const page = this.#find(Math.floor(frame / pageFrames));
    const at = frame % pageFrames;
    return page !== undefined && ((page.present[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;
  }

  partitionOf(frame: number): number {
    return this.#find(Math.floor(frame / pageFrames))?.partitions[frame % pageFrames] ?? 0;
  }

  relativeOffsetOf(frame: number): number {
    return this.#find(Math.floor(frame / pageFrames))?.offsets[frame % pageFrames] ?? 0;
  }

  checksumOf(frame: number): number {
    return this.#find(Math.floor(frame / pageFrames))?.checksums[frame % pageFrames] ?? 0;
  }

  #find(key: number): FramePage | undefined {
    if (key !== this.#newestKey) {
      this.#newest = this.pages.get(key);
      this.#newestKey = key;
    }
    return this.#newest;
  }

  #page(key: number): FramePage {
    const known = this.#find(key);
    if (known) return known;
    const page = {
      present: new Uint32Array(pageWords),
      offsets: new Uint32Array(pageFrames),
      checksums: new Uint32Array(pageFrames),
      partitions: new Uint16Array(pageFrames),
    };
    this.pages.set(key, page);
    this.#newest = page;
    return page;
  }
}
