import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { untilItWorks } from './kafka/retry.ts';
import type { GroupConsumer, LeasedRecord } from './record-consumer.ts';

export interface PoisonOptions {
  /** The process before this one died: any record it had in hand may have been the reason. */
  afterCrash: boolean;
  /** What is published instead of working on a record that ended the process so many times when it was alone. */
  refuse(record: IncomingRecord, deaths: number): readonly OutgoingRecord[];
}

interface GuardOptions extends PoisonOptions {
  consumer: Pick<GroupConsumer, 'note'>;
  /** The most records that a process has in hand. */
  inFlight: () => number;
  /** The loop ends. */
  signal: AbortSignal;
}

type Work = (record: IncomingRecord) => Promise<readonly OutgoingRecord[]>;

const mostDeaths = 3;

/**
 * Finds the record that ends its process. After a crash as many records as can have been in hand are worked on alone, each
 * under a note beside the group's offset of its partition: `attempt 2 at offset 1234`. Whoever reads the partition next,
 * on whatever machine, finds the note where the attempt did not end, and counts on. Without a crash nothing is written.
 */
export class PoisonGuard {
  readonly #options: GuardOptions;
  #suspectsLeft: number;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#suspectsLeft = options.afterCrash ? options.inFlight() : 0;
  }

  /** To be asked once for each record, in the order of reading. */
  suspects(record: LeasedRecord): boolean {
    if (this.#suspectsLeft > 0) this.#suspectsLeft -= 1;
    else if (deathsOf(record) === 0) return false;
    return true;
  }

  /** The work on a suspect, once the attempt is written down; with too many deaths the refusal. */
  async workFor(record: LeasedRecord, work: Work): Promise<Work> {
    const deaths = deathsOf(record);
    if (deaths >= mostDeaths) return async () => this.#options.refuse(record, deaths);
    const { consumer, signal } = this.#options;
    const text = `attempt ${deaths + 1} at offset ${record.offset}`;
    // Without the note on disk an attempt would not count.
    await untilItWorks(() => consumer.note(record, text), { signal, isFinal: () => !record.lease.isHeld }).catch(
      () => {},
    );
    return work;
  }
}

/** Attempts on this record that did not end. */
function deathsOf({ lease, offset }: LeasedRecord): number {
  const [, attempt, at] = /^attempt (\d+) at offset (\d+)$/.exec(lease.note) ?? [];
  return at === String(offset) ? Number(attempt) : 0;
}
