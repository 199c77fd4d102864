import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RecordConsumer } from '../stage/record-consumer.ts';
import { decodeAlarmEntry } from '../topics/alarm-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { RuleDesk } from './rule-desk.ts';

export interface EscalationWatchOptions {
  desk: Pick<RuleDesk, 'acknowledge' | 'escalate'>;
  loop: { changed(): void; readonly isSettled: boolean };
  /** `alarms`, as far back as an alarm may still be escalated; closed with the watch. */
  entries: RecordConsumer;
  endsOf: (topic: string) => Promise<readonly bigint[]>;
  logger: Logger;
}

const lookMs = 250;

/** Hears of acknowledgements, and escalates what has none in time; not before those of the past were read. */
export class EscalationWatch {
  readonly #options: EscalationWatchOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #reading: Promise<void>;
  #firstEnds: readonly bigint[] | undefined;
  #asking = false;

  constructor(options: EscalationWatchOptions) {
    this.#options = options;
    this.#reading = this.#read();
    this.#timer = setInterval(() => void this.#look(), lookMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.entries.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { desk, loop, entries, logger } = this.#options;
    for await (const record of entries) {
      try {
        const entry = decodeAlarmEntry(record);
        if (entry?.kind !== 'acknowledgement') continue;
        desk.acknowledge(entry.acknowledgement.alarm);
        loop.changed();
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        logger.warn(`${describeError(error)}; it is passed over`);
      }
    }
  }

  async #look(): Promise<void> {
    const { desk, loop, entries, endsOf, logger } = this.#options;
    if (this.#asking || !loop.isSettled) return;
    if (!this.#firstEnds) {
      this.#asking = true;
      this.#firstEnds = await endsOf(topicNames.alarms).catch((error: unknown) => {
        logger.debug(describeError(error));
        return undefined;
      });
      this.#asking = false;
    }
    const { 0: end } = this.#firstEnds ?? [];
    if (end === undefined || entries.positions().some(({ offset }) => offset < end)) return;
    desk.escalate();
    loop.changed();
  }
}
