/** How far one detector's group has come, by partition of the frames. */
export class DetectorProgress {
  /** The group's committed offsets; undefined when it has none at all. */
  readonly #committed: ReadonlyMap<number, number> | undefined;
  #starts: Readonly<Record<string, number>> = {};
  readonly #highestAnswered: number[] = [];
  readonly #lowestAnswered: number[] = [];
  /** The lowest offset of a frame among the results of each partition of `processed_images`. */
  readonly #lowestByResults = new Map<number, number[]>();

  constructor(committed: ReadonlyMap<number, number> | undefined) {
    this.#committed = committed;
  }

  sawResult(framePartition: number, frameOffset: number, resultPartition: number): void {
    this.#highestAnswered[framePartition] = Math.max(this.#highestAnswered[framePartition] ?? -1, frameOffset);
    this.#lowestAnswered[framePartition] = Math.min(
      this.#lowestAnswered[framePartition] ?? Number.POSITIVE_INFINITY,
      frameOffset,
    );
    let lowest = this.#lowestByResults.get(resultPartition);
    if (!lowest) {
      lowest = [];
      this.#lowestByResults.set(resultPartition, lowest);
    }
    lowest[framePartition] = Math.min(lowest[framePartition] ?? Number.POSITIVE_INFINITY, frameOffset);
  }

  /** @param offsets where it was told to begin, by partition of the frames */
  beganAt(offsets: Readonly<Record<string, number>>): void {
    this.#starts = offsets;
  }

  /** Whether the frame lies before the place where the detector was told to begin. */
  isBeforeStart(partition: number, offset: number): boolean {
    return offset < (this.#starts[partition] ?? 0);
  }

  /**
   * Whether the group is through with the frame: its offset is committed, or, without commits, one before it and one
   * after it are answered.
   */
  isThrough(partition: number, offset: number): boolean {
    if (this.#committed) return offset < (this.#committed.get(partition) ?? 0);
    if (offset < (this.#lowestAnswered[partition] ?? 0)) return false;
    return offset < (this.#highestAnswered[partition] ?? -1);
  }

  /** Whether a result of the frame would lie before the first one that is left, in a partition that lost its oldest. */
  isBeforeResults(partition: number, offset: number, resultPartition: number): boolean {
    return offset < (this.#lowestByResults.get(resultPartition)?.[partition] ?? Number.POSITIVE_INFINITY);
  }
}
