import type { OutgoingRecord } from '../topics/record.ts';
import type { LeasedRecord, PartitionLease } from './record-consumer.ts';

/** A record being worked on, then what was made from it. */
export interface WorkEntry {
  readonly record: LeasedRecord;
  readonly beganAtMs: number;
  /** Undefined while the work goes on. */
  made: readonly OutgoingRecord[] | undefined;
  /** The broker has what was made. */
  isDone: boolean;
}

/**
 * The records that are read and not committed yet, of each partition in order. A partition's offset may move over a
 * record only together with all before it; what belongs to a lease that has ended is forgotten.
 */
export class WorkInHand {
  readonly #entries = new Map<PartitionLease, WorkEntry[]>();

  /** Records must begin in the order of their partition. */
  begin(record: LeasedRecord): WorkEntry {
    const entry: WorkEntry = { record, beganAtMs: performance.now(), made: undefined, isDone: false };
    const entries = this.#entries.get(record.lease);
    if (entries) entries.push(entry);
    else this.#entries.set(record.lease, [entry]);
    return entry;
  }

  /** Whether nothing of a partition is in hand, not even made and waiting for the broker. */
  isIdle({ topic, partition }: { topic: string; partition: number }): boolean {
    for (const [first] of this.#held()) {
      if (first?.record.topic === topic && first.record.partition === partition) return false;
    }
    return true;
  }

  /** Entries that are finished and not taken out, in whatever order. */
  get finishedCount(): number {
    let count = 0;
    for (const entries of this.#held()) for (const { made } of entries) if (made !== undefined) count++;
    return count;
  }

  /** Records being worked on. */
  *unfinished(): Generator<LeasedRecord> {
    for (const entries of this.#held()) for (const { made, record } of entries) if (made === undefined) yield record;
  }

  /** The finished entries of each partition up to its first unfinished one. */
  finished(): WorkEntry[] {
    return this.#fronts(({ made }) => made !== undefined).flat();
  }

  /** Takes the entries that are done out, from the front of each partition. @returns the newest of each */
  takeDone(): WorkEntry[] {
    const fronts = this.#fronts(({ isDone }) => isDone);
    for (const front of fronts) this.#entries.get(front[0].record.lease)?.splice(0, front.length);
    return newestOf(fronts.flat());
  }

  /** The longest stretch at the front of each partition for which this holds. */
  #fronts(holds: (entry: WorkEntry) => boolean): [WorkEntry, ...WorkEntry[]][] {
    const fronts: [WorkEntry, ...WorkEntry[]][] = [];
    for (const entries of this.#held()) {
      const end = entries.findIndex((entry) => !holds(entry));
      const [first, ...more] = entries.slice(0, end < 0 ? undefined : end);
      if (first) fronts.push([first, ...more]);
    }
    return fronts;
  }

  *#held(): Generator<WorkEntry[]> {
    for (const [lease, entries] of this.#entries) {
      if (lease.isHeld && entries.length > 0) yield entries;
      else this.#entries.delete(lease);
    }
  }
}

/** The last entry of each partition. */
export function newestOf(entries: readonly WorkEntry[]): WorkEntry[] {
  return [...new Map(entries.map((entry) => [entry.record.lease, entry])).values()];
}
