/** Smaller reads are left to the allocator. */
const smallestBytes = 64 * 1024;
const stepBytes = 256 * 1024;

/**
 * Memory for what is read from segments, used again once it has been sent. Fresh memory for each read costs more than the read
 * itself: the system clears every page of it, and the collector stops the process to give it back.
 *
 * One for all logs of a broker. Memory that nobody gives back is collected as any other.
 */
export class ReadBuffers {
  readonly #maxIdleBytes: number;
  readonly #idle: Buffer[] = [];
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #idleBytes = 0;

  constructor(options: { maxIdleBytes?: number } = {}) {
    this.#maxIdleBytes = options.maxIdleBytes ?? 16 * 1024 * 1024;
  }

  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Memory of this size, with anything in it. */
  take(bytes: number): Buffer {
    if (bytes < smallestBytes) return Buffer.allocUnsafe(bytes);
    const buffer = this.#takeIdle(bytes) ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / stepBytes) * stepBytes);
    this.#lent.add(buffer.buffer);
    return buffer.subarray(0, bytes);
  }

  #takeIdle(bytes: number): Buffer | undefined {
    const found = this.#idle.findIndex(({ length }) => length >= bytes);
    if (found < 0) return undefined;
    const [buffer] = this.#idle.splice(found, 1);
    this.#idleBytes -= buffer?.length ?? 0;
    return buffer;
  }

  /** Whether these bytes, or the whole that they are part of, were taken here. */
  isLent(part: Buffer): boolean {
    return this.#lent.has(part.buffer);
  }

  /** Takes the whole memory back that these bytes are part of: nobody may read them any more. Others are left alone. */
  giveBack(part: Buffer): void {
    if (!this.#lent.delete(part.buffer)) return;
    const buffer = Buffer.from(part.buffer);
    if (this.#idleBytes + buffer.length > this.#maxIdleBytes) return;
    this.#idle.push(buffer);
    this.#idleBytes += buffer.length;
  }
}
