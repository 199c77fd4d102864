import type { RetentionLimits } from './retention-horizon.ts';

export interface PartitionReading {
  partition: number;
  startOffset: number;
  endOffset: number;
  /** Of its log on the disk of the leader. */
  sizeBytes: number;
}

export interface GroupReading {
  /** Next offset to read by partition; a partition without one is absent. */
  committed: ReadonlyMap<number, number>;
  members: number;
}

/** One look at a topic and at the groups that read it. */
export interface LagReading {
  partitions: readonly PartitionReading[];
  groups: ReadonlyMap<string, GroupReading>;
  /** As the topic's configs say. */
  limits: RetentionLimits;
}

/** A reading with what is known from earlier ones. */
export interface LagView extends LagReading {
  /** Of one record on average. */
  recordBytes: number;
}

/** Where readings come from: a broker of any kind. */
export interface LagSource {
  /** @throws BROKER_UNREACHABLE */
  read(groups: readonly string[]): Promise<LagReading>;
  /** The end of each partition as it was at a time: the offset of the first record not older. @throws BROKER_UNREACHABLE */
  offsetsAt(timeMs: number): Promise<ReadonlyMap<number, number>>;
  /** Deletes the records before an offset, by partition. @throws BROKER_UNREACHABLE */
  deleteBefore(offsets: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}
