import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RecordConsumer } from '../stage/record-consumer.ts';
import { parseTimeUs } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { RuleDesk } from './rule-desk.ts';

export interface CameraClocksOptions {
  desk: Pick<RuleDesk, 'isWaitingForTime' | 'advance'>;
  loop: { changed(): void; readonly isSettled: boolean };
  /** `tracks`, from now on; closed with the clocks. */
  tracks: RecordConsumer;
  /** What the rules read. */
  events: Pick<RecordConsumer, 'positions'>;
  endsOf: (topic: string) => Promise<readonly bigint[]>;
  logger: Logger;
}

const lookMs = 200;

/**
 * Tells the rules how far each camera was followed, so that "in the zone for half a minute" fires while it goes on. A frame's
 * tracks are written together with its events or after them: once the events were read up to where they ended when a frame's
 * tracks were there, nothing that happened before that frame is missing.
 */
export class CameraClocks {
  readonly #options: CameraClocksOptions;
  readonly #clocksUs = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #reading: Promise<void>;
  #taken: { clocksUs: ReadonlyMap<string, number>; ends: readonly bigint[] } | undefined;
  #asking = false;

  constructor(options: CameraClocksOptions) {
    this.#options = options;
    this.#reading = this.#read();
    this.#timer = setInterval(() => void this.#look(), lookMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.tracks.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const { key, headers } of this.#options.tracks) {
      const atUs = parseTimeUs(headers.get('ce_time') ?? '');
      const camera = key?.toString('utf8');
      if (camera !== undefined && !Number.isNaN(atUs)) this.#clocksUs.set(camera, atUs);
    }
  }

  async #look(): Promise<void> {
    const { desk, loop, endsOf, logger } = this.#options;
    if (this.#asking || !loop.isSettled) return;
    this.#apply();
    if (this.#taken || !desk.isWaitingForTime || this.#clocksUs.size === 0) return;
    this.#asking = true;
    const clocksUs = new Map(this.#clocksUs);
    this.#clocksUs.clear();
    try {
      this.#taken = { clocksUs, ends: await endsOf(topicNames.events) };
    } catch (error) {
      logger.debug(describeError(error));
    } finally {
      this.#asking = false;
    }
    this.#apply();
  }

  #apply(): void {
    const { desk, loop, events } = this.#options;
    if (!this.#taken || !loop.isSettled) return;
    const { clocksUs, ends } = this.#taken;
    if (events.positions().some(({ partition, offset }) => offset < (ends[partition] ?? 0n))) return;
    this.#taken = undefined;
    desk.advance(clocksUs);
    loop.changed();
  }
}
