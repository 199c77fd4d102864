import type { FramePartitions } from './frame-partitions.ts';
import type { ArrivedResult, Reach } from './order-types.ts';

/**
 * Tells which frames of a session will never come. A session's frames lie in each input partition in their order: where
 * a frame was processed, those before it in the same partition were too. So a frame that was not seen will never come
 * once, in every partition it can lie in, a greater one was processed.
 */
export class MappingWindow {
  readonly #partitions: FramePartitions;
  readonly #partitionCount: number;
  /** The greatest frame of each input partition that was processed. */
  readonly #passed = new Map<number, number>();
  /** Ascending frames, each with the greatest partition count that frames below it can have been mapped with. */
  readonly #greatest: { frame: number; count: number }[] = [];
  /** A frame lies where no known partition count puts it. */
  readonly isUnknown: boolean;

  /** @param held the results that were seen before the progress was taken, in the order of frames */
  constructor(
    partitions: FramePartitions,
    held: readonly Pick<ArrivedResult<unknown>, 'frame' | 'input'>[],
    reach: Reach,
  ) {
    this.#partitions = partitions;
    this.#partitionCount = reach.partitionCount;
    let least = Number.POSITIVE_INFINITY;
    let isUnknown = false;
    for (const { frame, input } of held.toReversed()) {
      if (!this.#passed.has(input.partition) && input.offset < reach.processed(input.partition)) {
        this.#passed.set(input.partition, frame);
      }
      const count = partitions.greatestCount(frame, input.partition);
      if (count === undefined) isUnknown = true;
      else least = Math.min(least, count);
      if (!partitions.isPlain) this.#greatest.push({ frame, count: least });
    }
    this.#greatest.reverse();
    this.isUnknown = isUnknown;
  }

  /** Frames are asked for in ascending order. @param leastCount the least partition count that this frame can have */
  isPassed(frame: number, leastCount: number, isMappingUnknown: boolean): boolean {
    return this.#possible(frame, leastCount, isMappingUnknown).every((each) => (this.#passed.get(each) ?? -1) > frame);
  }

  #possible(frame: number, leastCount: number, isMappingUnknown: boolean): number[] {
    while ((this.#greatest[0]?.frame ?? Number.POSITIVE_INFINITY) < frame) this.#greatest.shift();
    const greatestCount = this.#greatest[0]?.count ?? Number.POSITIVE_INFINITY;
    const possible = isMappingUnknown ? [] : this.#partitions.of(frame, leastCount, greatestCount);
    return possible.length > 0 ? possible : Array.from({ length: this.#partitionCount }, (_, partition) => partition);
  }
}
