import type { IncomingRecord } from '../topics/record.ts';

type RecordPosition = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;

interface PartitionProgress {
  topic: string;
  partition: number;
  /** Offsets read and not yet done, in the order read. */
  pending: { offset: bigint; done: boolean }[];
  /** The last offset of the finished stretch, when it is newer than what was taken. */
  finished: bigint | undefined;
}

/**
 * Knows how far each partition is done when its records finish in any order: a record counts once all before it in its
 * partition are done.
 */
export class OffsetTracker {
  readonly #partitions = new Map<string, PartitionProgress>();

  /** Records must be started in the order of their partition. @returns call it when the record is done */
  start(record: RecordPosition): () => void {
    const progress = this.#progress(record);
    const entry = { offset: record.offset, done: false };
    progress.pending.push(entry);
    return () => {
      entry.done = true;
      let first = progress.pending[0];
      while (first?.done) {
        progress.finished = first.offset;
        progress.pending.shift();
        first = progress.pending[0];
      }
    };
  }

  /** The newest finished position of each partition since the last call. */
  takeFinished(): RecordPosition[] {
    const taken: RecordPosition[] = [];
    for (const progress of this.#partitions.values()) {
      if (progress.finished === undefined) continue;
      taken.push({ topic: progress.topic, partition: progress.partition, offset: progress.finished });
      progress.finished = undefined;
    }
    return taken;
  }

  /** Gives back what was taken and could not be committed; newer positions stay. */
  giveBack(taken: readonly RecordPosition[]): void {
    for (const record of taken) this.#progress(record).finished ??= record.offset;
  }

  /** Forgets everything: after a rebalance the partitions start anew from their committed offsets. */
  clear(): void {
    this.#partitions.clear();
  }

  #progress({ topic, partition }: RecordPosition): PartitionProgress {
    const key = `${topic}:${partition}`;
    const progress = this.#partitions.get(key) ?? { topic, partition, pending: [], finished: undefined };
    this.#partitions.set(key, progress);
    return progress;
  }
}
