/** Why the bytes of a connection cannot be Kafka requests. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Cuts a stream of bytes into Kafka's frames.
 *
 *     | length: int32, big endian | length bytes |
 *
 * A frame inside one chunk is a slice of it; a frame that spans chunks is assembled once, in a buffer of its own length. That
 * buffer is only as large as what has arrived needs it to be at first: a hostile length costs nothing until bytes follow.
 */
export class FrameAssembler {
  readonly #maxFrameBytes: number;
  readonly #prefix = Buffer.alloc(4);
  #prefixLength = 0;
  #frame: Buffer | undefined;
  #frameLength = 0;
  #filled = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes that have arrived of a frame that is not complete. Its buffer may be larger, but is not touched beyond them. */
  get pendingBytes(): number {
    return this.#prefixLength + (this.#frame === undefined ? 0 : this.#filled);
  }

  /**
   * Takes the next chunk and gives the frames that it completes to `onFrame`, in order and without their length.
   *
   * @throws FrameError when a length is negative or over the limit; nothing may be pushed afterwards
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let position = 0;
    while (position < chunk.length) {
      position =
        this.#frame === undefined ? this.#start(chunk, position, onFrame) : this.#fill(chunk, position, onFrame);
    }
  }

  #start(chunk: Buffer, from: number, onFrame: (frame: Buffer) => void): number {
    const taken = Math.min(4 - this.#prefixLength, chunk.length - from);
    chunk.copy(this.#prefix, this.#prefixLength, from, from + taken);
    this.#prefixLength += taken;
    const position = from + taken;
    if (this.#prefixLength < 4) return position;
    this.#prefixLength = 0;
    const length = this.#checkedLength();
    if (chunk.length - position >= length) {
      onFrame(chunk.subarray(position, position + length));
      return position + length;
    }
    this.#begin(length, chunk.length - position);
    return position;
  }

  #checkedLength(): number {
    const length = this.#prefix.readInt32BE(0);
    if (length >= 0 && length <= this.#maxFrameBytes) return length;
    throw new FrameError(`A request announces ${length} bytes; the limit is ${this.#maxFrameBytes}`);
  }

  #begin(length: number, available: number): void {
    this.#frameLength = length;
    this.#filled = 0;
    this.#frame = Buffer.allocUnsafeSlow(Math.min(length, Math.max(initialBytes, available)));
  }

  #fill(chunk: Buffer, from: number, onFrame: (frame: Buffer) => void): number {
    const taken = Math.min(this.#frameLength - this.#filled, chunk.length - from);
    const frame = this.#withRoomFor(this.#filled + taken);
    chunk.copy(frame, this.#filled, from, from + taken);
    this.#filled += taken;
    if (this.#filled === this.#frameLength) {
      this.#frame = undefined;
      onFrame(frame);
    }
    return from + taken;
  }

  #withRoomFor(bytes: number): Buffer {
    const frame = this.#frame ?? Buffer.alloc(0);
    if (bytes <= frame.length) return frame;
    const growth = frame.length < bigBytes ? 16 : 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#frameLength, Math.max(bytes, frame.length * growth)));
    frame.copy(larger, 0, 0, this.#filled);
    this.#frame = larger;
    return larger;
  }
}

/** Frames up to this size get their whole buffer at once, larger ones only as their bytes arrive. */
const initialBytes = 256 * 1024;
/**
 * Up to this size a buffer grows to sixteen times what has arrived, which is virtual memory until bytes follow: most requests
 * are moved once at most. Beyond it a buffer only doubles.
 */
const bigBytes = 2 * 1024 * 1024;
