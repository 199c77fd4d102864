import { setTimeout as delay } from 'node:timers/promises';
import { wallClockUs } from '../base/clock.ts';
import { isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RecordPlace } from '../stage/kafka/record-lookup.ts';
import { openRecordConsumer } from '../stage/record-consumer.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { forgetOldRows } from './forget-old-rows.ts';
import type { TopicIds } from './log-positions.ts';
import { storeFault } from './open-store.ts';
import { PictureKeeper } from './picture-keeper.ts';
import { storeShelves } from './shelves.ts';
import { type OpenConsumer, type SinkOptions, StoreSink } from './store-sink.ts';
import type { Store } from './tables.ts';

export interface SessionOptions {
  brokers: readonly string[];
  file: string;
  retentionMs: number;
  pictureBytes: number;
  logger: Logger;
  openConsumer?: OpenConsumer;
  topicIds: (topics: readonly string[]) => Promise<TopicIds>;
  batchAt: (place: RecordPlace) => Promise<readonly IncomingRecord[]>;
  /** Whether records are being read; the broker may be away. */
  onReading: (isReading: boolean) => void;
  onStored: SinkOptions['onStored'];
  /** Something that is stored is different now, though no record said so. */
  onChange: () => void;
  /** Something failed; it is tried again. */
  onTrouble: (error: unknown) => void;
}

const retryMs = 1000;
const pictureLookMs = 250;
const forgetEveryMs = 600_000;

/** What is done while the database is open: reading, keeping pictures, forgetting. */
export class StoreSession {
  readonly #store: Store;
  readonly #options: SessionOptions;

  constructor(store: Store, options: SessionOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Works until the signal, through disks that are full and brokers that are away.
   *
   * @throws STORE_CORRUPT, DATA_DIRECTORY_UNUSABLE: the database has to be opened anew
   */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const ending = AbortSignal.any([signal, failed.signal]);
    const loops = [
      this.#again(() => this.#read(ending), retryMs, ending),
      this.#again(() => this.#keepPictures(ending), pictureLookMs, ending),
      this.#again(() => this.#forget(), forgetEveryMs, ending),
    ].map((loop) =>
      loop.catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    );
    const outcomes = await Promise.allSettled(loops);
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    if (rejected) throw rejected.reason;
  }

  async #again(work: () => Promise<void>, pauseMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs = pauseMs;
      try {
        await work();
      } catch (error) {
        const told = storeFault(error, this.#options.file);
        if (isFault(told, 'STORE_CORRUPT') || isFault(told, 'DATA_DIRECTORY_UNUSABLE')) throw told;
        if (!signal.aborted) this.#options.onTrouble(told);
        waitMs = retryMs;
      }
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { brokers, logger, openConsumer: open = openRecordConsumer, topicIds, onReading, onStored } = this.#options;
    const common = { brokers, logger, open, topicIds, onStored, nowUs: wallClockUs };
    const sink = new StoreSink({
      ...common,
      store: this.#store,
      shelves: storeShelves(logger),
      onOpen: () => onReading(true),
    });
    const end = () => void sink.close();
    signal.addEventListener('abort', end);
    try {
      if (!signal.aborted) await sink.run();
    } finally {
      signal.removeEventListener('abort', end);
      onReading(false);
    }
  }

  async #keepPictures(signal: AbortSignal): Promise<void> {
    const { batchAt, pictureBytes, onChange } = this.#options;
    const limitBytes = pictureBytes < 0 ? Number.POSITIVE_INFINITY : pictureBytes;
    const keeper = new PictureKeeper({ store: this.#store, batchAt, limitBytes });
    while (!signal.aborted) {
      if ((await keeper.work()) > 0) onChange();
      else await delay(pictureLookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #forget(): Promise<void> {
    const { retentionMs, onChange } = this.#options;
    if (retentionMs < 0) return;
    if ((await forgetOldRows(this.#store, wallClockUs() - retentionMs * 1000)) > 0) onChange();
  }
}
