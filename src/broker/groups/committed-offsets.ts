/** One committed offset, as clients get it back. */
export interface CommittedOffset {
  offset: bigint;
  leaderEpoch: number;
  metadata: string;
  /** Wall clock of the commit. */
  commitTimestampMs: number;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

/** The committed offsets of one group, and those that wait for the end of their transaction. */
export class CommittedOffsets {
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();
  /** Producer id → topic → partition → offset. */
  readonly #pending = new Map<bigint, CommittedOffsets>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0 && this.#pending.size === 0;
  }

  get({ topic, partition }: TopicPartition): CommittedOffset | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  set({ topic, partition }: TopicPartition, committed: CommittedOffset): void {
    const partitions = this.#byTopic.get(topic) ?? new Map<number, CommittedOffset>();
    partitions.set(partition, committed);
    this.#byTopic.set(topic, partitions);
  }

  delete({ topic, partition }: TopicPartition): boolean {
    const partitions = this.#byTopic.get(topic);
    const wasThere = partitions?.delete(partition) ?? false;
    if (partitions?.size === 0) this.#byTopic.delete(topic);
    return wasThere;
  }

  *entries(): Generator<[TopicPartition, CommittedOffset]> {
    for (const [topic, partitions] of this.#byTopic) {
      for (const [partition, committed] of partitions) yield [{ topic, partition }, committed];
    }
  }

  /** Offsets that take effect when this producer's transaction commits. */
  pendingOf(producerId: bigint): CommittedOffsets {
    const pending = this.#pending.get(producerId) ?? new CommittedOffsets();
    this.#pending.set(producerId, pending);
    return pending;
  }

  /** Adds offsets to those that wait for the producer's transaction. @returns a function that takes them back */
  setPending(producerId: bigint, commits: readonly [TopicPartition, CommittedOffset][]): () => void {
    const pending = this.pendingOf(producerId);
    const before = commits.map(([partition]) => [partition, pending.get(partition)] as const);
    for (const [partition, committed] of commits) pending.set(partition, committed);
    return () => {
      for (const [partition, committed] of before) {
        if (committed === undefined) pending.delete(partition);
        else pending.set(partition, committed);
      }
      if (pending.isEmpty && this.#pending.get(producerId) === pending) this.#pending.delete(producerId);
    };
  }

  /** True when a transaction that is not over has committed an offset of the partition. */
  isPending(partition: TopicPartition): boolean {
    return [...this.#pending.values()].some((pending) => pending.get(partition) !== undefined);
  }

  endTransaction(producerId: bigint, result: 'commit' | 'abort'): void {
    const pending = this.#pending.get(producerId);
    this.#pending.delete(producerId);
    if (pending === undefined || result === 'abort') return;
    for (const [partition, committed] of pending.entries()) this.set(partition, committed);
  }
}
