import type { ReadSlice } from './log-reader.ts';

interface Entry {
  readonly tail: LogTail;
  readonly bytes: Buffer;
  readonly baseOffset: bigint;
  readonly nextOffset: bigint;
}

/**
 * The batches that were appended last, kept in memory as they came, so that readers at the end of a log cost neither a system
 * call nor a copy. One for all logs of a broker; the oldest batch of any of them goes first.
 */
export class TailCache {
  readonly #maxBytes: number;
  readonly #entries = new Set<Entry>();
  #sizeBytes = 0;

  constructor(options: { maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  hold(entry: Entry): void {
    this.#entries.add(entry);
    this.#sizeBytes += entry.bytes.length;
    for (const oldest of this.#entries) {
      if (this.#sizeBytes <= this.#maxBytes) return;
      oldest.tail.drop(oldest);
    }
  }

  release(entry: Entry): void {
    if (this.#entries.delete(entry)) this.#sizeBytes -= entry.bytes.length;
  }
}

/** What of one log lies in the cache. */
export class LogTail {
  readonly #cache: TailCache;
  readonly #entries = new Map<bigint, Entry>();

  constructor(cache: TailCache) {
    this.#cache = cache;
  }

  /**
   * Keeps one appended batch. One that is a small part of a larger piece of memory is left out: it would keep all of that.
   */
  add(bytes: Buffer, baseOffset: bigint, nextOffset: bigint): void {
    if (bytes.length * 2 < bytes.buffer.byteLength) return;
    const entry = { tail: this, bytes, baseOffset, nextOffset };
    this.#entries.set(baseOffset, entry);
    this.#cache.hold(entry);
  }

  drop(entry: Entry): void {
    this.#entries.delete(entry.baseOffset);
    this.#cache.release(entry);
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.drop(entry);
  }

  /** The batches from the one that begins at `fromOffset` on, as far as they are here; undefined when that one is not. */
  read(fromOffset: bigint, endOffset: bigint, maxBytes: number, minOneBatch: boolean): ReadSlice | undefined {
    const first = this.#entries.get(fromOffset);
    if (!first || (first.bytes.length > maxBytes && !minOneBatch)) return undefined;
    const slice = { buffers: [first.bytes], sizeBytes: first.bytes.length, nextOffset: first.nextOffset };
    while (slice.nextOffset < endOffset) {
      const next = this.#entries.get(slice.nextOffset);
      if (!next || slice.sizeBytes + next.bytes.length > maxBytes) break;
      slice.buffers.push(next.bytes);
      slice.sizeBytes += next.bytes.length;
      slice.nextOffset = next.nextOffset;
    }
    return slice;
  }
}
