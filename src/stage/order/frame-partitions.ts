import { hashCamera } from '../../topics/partitioning.ts';

/**
 * Which partitions a frame can lie in when the topic grows while a session runs. Capture maps frames with a partition
 * count that only grows, so the frames seen below and above a frame bound the counts it can have been mapped with.
 */
export class FramePartitions {
  readonly #hash: number;
  /** Every count that the topic is known to have had, ascending. */
  readonly #counts: number[] = [];

  constructor(camera: string) {
    this.#hash = hashCamera(camera);
  }

  /** The topic has so many partitions now. */
  learn(count: number): void {
    if (count <= 0 || this.#counts.includes(count)) return;
    this.#counts.push(count);
    this.#counts.sort((a, b) => a - b);
  }

  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Whether every frame has one possible partition only. */
  get isPlain(): boolean {
    return this.#counts.length === 1;
  }

  /** The least count that puts this frame into this partition; undefined when no known one does. */
  leastCount(frame: number, partition: number): number | undefined {
    return this.#counts.find((count) => this.#map(frame, count) === partition);
  }

  /** The greatest count that puts this frame into this partition; undefined when no known one does. */
  greatestCount(frame: number, partition: number): number | undefined {
    return this.#counts.findLast((count) => this.#map(frame, count) === partition);
  }

  /** The partitions of a frame that was mapped with a known count from `least` to `greatest`. */
  of(frame: number, least: number, greatest: number): number[] {
    return this.#counts.filter((count) => count >= least && count <= greatest).map((count) => this.#map(frame, count));
  }

  #map(frame: number, count: number): number {
    return (this.#hash + frame) % count;
  }
}
