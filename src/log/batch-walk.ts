import type { OpenFile } from '../base/file-system.ts';
import { readFully } from '../base/file-system.ts';
import { batchAt, batchHeaderBytes, RecordBatch } from '../wire/record-batch.ts';

const smallChunkBytes = 16 * 1024;
const largeChunkBytes = 1024 * 1024;

export interface WalkOptions {
  file: OpenFile;
  /** Byte position of a batch. */
  from: number;
  /** Byte position to stop at; a batch that reaches beyond it is not whole. */
  to: number;
  /** Read batches in full and check their CRC-32C; otherwise only their headers are read. */
  verify: boolean;
}

export interface WalkResult {
  /** Just after the last whole batch that was visited. */
  endPosition: number;
  /** Why the walk ended before `to`, in words; undefined at `to`, or when the visitor ended it. */
  problem?: string;
}

/**
 * Visits the batches of a segment file front to back, by header.
 *
 * @param visit gets a view that is valid during the call, with the body only when `verify` is on, and the batch's
 *   position in the file; returns false to end the walk
 */
export function walkBatches(
  options: WalkOptions,
  visit: (batch: RecordBatch, position: number) => boolean,
): WalkResult {
  const window = new Window(options);
  let position = options.from;
  while (position < options.to) {
    const found = window.batchAt(position);
    if (typeof found === 'string') return { endPosition: position, problem: found };
    if (!visit(found, position)) break;
    position += found.sizeBytes;
  }
  return { endPosition: position };
}

/** The part of the file held in memory: grows for many small batches, stays small when large bodies are skipped. */
class Window {
  readonly #options: WalkOptions;
  #chunk: Buffer = Buffer.alloc(0);
  #start = 0;
  #length = 0;
  #nextChunkBytes: number;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#nextChunkBytes = options.verify ? largeChunkBytes : smallChunkBytes;
  }

  /** The batch at a position of the file, or what is wrong with it. */
  batchAt(position: number): RecordBatch | string {
    const left = this.#options.to - position;
    if (left < batchHeaderBytes) return `${left} bytes are fewer than a header`;
    this.#hold(position, batchHeaderBytes);
    const header = this.#look(position);
    if (typeof header === 'string') return header;
    if (header.sizeBytes > left) return `a batch of ${header.sizeBytes} bytes reaches beyond the end`;
    if (!this.#options.verify) return header;
    this.#hold(position, header.sizeBytes);
    const batch = this.#look(position);
    if (typeof batch !== 'string' && !batch.isCrcValid()) return 'the checksum does not match';
    return batch;
  }

  #look(position: number): RecordBatch | string {
    const at = position - this.#start;
    if (this.#length - at < batchHeaderBytes) return 'the file ended early';
    const found = batchAt(this.#chunk, at, this.#length);
    if (found.kind === 'corrupt') return found.reason;
    return found.kind === 'batch' ? found.batch : new RecordBatch(this.#chunk, at, found.neededBytes);
  }

  /** Makes sure that `bytes` from `position` on are in memory, as far as the file has them. */
  #hold(position: number, bytes: number): void {
    const end = this.#start + this.#length;
    if (position >= this.#start && position + bytes <= end) return;
    const skipsBodies = !this.#options.verify && position - end > this.#nextChunkBytes;
    if (!this.#options.verify) this.#nextChunkBytes = skipsBodies ? 1024 : this.#larger();
    const wanted = Math.min(Math.max(bytes, this.#nextChunkBytes), this.#options.to - position);
    if (this.#chunk.length < wanted) this.#chunk = Buffer.allocUnsafeSlow(Math.max(wanted, this.#nextChunkBytes));
    this.#start = position;
    this.#length = readFully(this.#options.file, this.#chunk.subarray(0, wanted), position);
  }

  #larger(): number {
    return this.#length === 0 ? smallChunkBytes : Math.min(largeChunkBytes, this.#nextChunkBytes * 4);
  }
}
