import type { OutgoingRecord } from '../topics/record.ts';
import type { StateYield } from './state-loop.ts';

/** What was made of one partition. */
export interface PartitionYield {
  records: OutgoingRecord[];
  /** Cameras whose states go with it. */
  cameras: Set<string>;
  /** Somebody waits for it: an event, not just where tracks are. */
  isUrgent: boolean;
}

/** What a desk has made of each partition since it was taken the last time. */
export class PartitionYields {
  readonly #made = new Map<number, PartitionYield>();

  /** Whether there is anything to write. */
  get hasMade(): boolean {
    return this.#made.size > 0;
  }

  get isUrgent(): boolean {
    for (const { isUrgent } of this.#made.values()) if (isUrgent) return true;
    return false;
  }

  of(partition: number): PartitionYield {
    const known = this.#made.get(partition);
    if (known) return known;
    const made: PartitionYield = { records: [], cameras: new Set(), isUrgent: false };
    this.#made.set(partition, made);
    return made;
  }

  /** The partition is read by somebody else, or anew: nothing of it counts any more. */
  forget(partition: number): void {
    this.#made.delete(partition);
  }

  /** Takes out what was made, the states of its cameras behind it. */
  take(stateRecords: (camera: string) => OutgoingRecord[]): StateYield[] {
    const taken = [...this.#made].map(([partition, { records, cameras }]) => ({
      partition,
      records: [...records, ...[...cameras].flatMap(stateRecords)],
    }));
    this.#made.clear();
    return taken;
  }
}
