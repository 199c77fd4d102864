import type { PartitionReading } from './lag-source.ts';

/** How much a new measurement counts against what was known. */
const share = 0.2;

/**
 * Bytes of a record on average, from how the log grows. The size of a log alone says too much once records were deleted from
 * it: their segment stays on the disk until all of it may go.
 */
export class RecordSize {
  #bytes: number | undefined;
  #last: { size: number; end: number } | undefined;

  saw(partitions: readonly PartitionReading[]): void {
    const size = sum(partitions.map((each) => each.sizeBytes));
    const end = sum(partitions.map((each) => each.endOffset));
    const records = sum(partitions.map((each) => each.endOffset - each.startOffset));
    if (records > 0) this.#bytes ??= size / records;
    // Sizes are asked for less often than offsets: between two of them there is nothing to learn.
    if (this.#last && size === this.#last.size) return;
    if (this.#last && size > this.#last.size && end > this.#last.end)
      this.#learn((size - this.#last.size) / (end - this.#last.end));
    this.#last = { size, end };
  }

  /** 0 while nothing is known. */
  get bytes(): number {
    return this.#bytes ?? 0;
  }

  #learn(bytes: number): void {
    this.#bytes = this.#bytes === undefined ? bytes : this.#bytes + (bytes - this.#bytes) * share;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
