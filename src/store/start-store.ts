import { setTimeout as delay } from 'node:timers/promises';
import { describeError, fault, isFault, type VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { RecordLookup, type RecordPlace } from '../stage/kafka/record-lookup.ts';
import type { IncomingRecord } from '../topics/record.ts';
import type { StoreState } from '../topics/store-state.ts';
import type { TopicIds } from './log-positions.ts';
import { openStore, storeFault } from './open-store.ts';
import { type AskStore, answers } from './store-questions.ts';
import { StoreSession } from './store-session.ts';
import type { OpenConsumer } from './store-sink.ts';
import type { Store } from './tables.ts';

export interface StoreSettings {
  brokers: readonly string[];
  /** The database's file. */
  file: string;
  /** Rows older than this are deleted; −1: never. */
  retentionMs: number;
  /** What kept pictures take at most; −1: any amount. */
  pictureBytes: number;
}

export interface StoreOptions extends StoreSettings {
  logger: Logger;
  /** Where records come from; Kafka when left out, as in the two below. */
  openConsumer?: OpenConsumer;
  topicIds?: (topics: readonly string[]) => Promise<TopicIds>;
  batchAt?: (place: RecordPlace) => Promise<readonly IncomingRecord[]>;
}

/** A store that runs, here or in a thread of its own. It heals by itself what can heal; `state` says how it stands. */
export interface RunningStore {
  readonly state: StoreState;
  /** @throws STORE_CLOSED while the database is not open, STORE_CORRUPT and what else a database can say */
  readonly ask: AskStore;
  close(): Promise<void>;
}

/** To whom nothing came for so long, that one has read everything. */
const quietMs = 500;
const reopenMs = 2000;

/** Starts storing what the topics say, and goes on whatever happens: trouble is told in `state` and in the log. */
export function startStore(options: StoreOptions): RunningStore {
  return new ReopeningStore(options);
}

class ReopeningStore implements RunningStore {
  readonly #options: StoreOptions;
  readonly #closing = new AbortController();
  readonly #lookup: RecordLookup;
  readonly #finished: Promise<void>;
  #store: Store | undefined;
  #isReading = false;
  #problem: Pick<StoreState, 'state' | 'problem'> | undefined;
  #storedUpToMs: number | null = null;
  #storedAtMs = 0;
  #revision = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#lookup = new RecordLookup({ brokers: options.brokers, clientId: 'vigil-store' });
    this.#finished = this.#run();
  }

  get state(): StoreState {
    const about = { storedUpToMs: this.#storedUpToMs, revision: this.#revision };
    if (this.#problem) return { ...about, ...this.#problem };
    if (!this.#store || !this.#isReading) return { ...about, state: 'opening' };
    const isQuiet = performance.now() - this.#storedAtMs >= quietMs;
    const isFresh = Date.now() - (this.#storedUpToMs ?? 0) < 2 * quietMs;
    return { ...about, state: isQuiet || isFresh ? 'live' : 'catching-up' };
  }

  readonly ask: AskStore = async (name, ask) => {
    if (!this.#store) throw fault('STORE_CLOSED', this.#problem?.problem?.message ?? 'the store is being opened');
    try {
      return await answers[name](this.#store, ask);
    } catch (error) {
      throw storeFault(error, this.#options.file);
    }
  };

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#finished;
    await this.#lookup.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#store = await openStore(this.#options.file);
        this.#problem = undefined;
        await this.#session(this.#store).run(signal);
      } catch (error) {
        this.#tell(error);
      } finally {
        this.#isReading = false;
        const store = this.#store;
        this.#store = undefined;
        await store?.destroy();
      }
      await delay(reopenMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #session(store: Store): StoreSession {
    const { batchAt, topicIds } = this.#options;
    return new StoreSession(store, {
      ...this.#options,
      batchAt: batchAt ?? ((place) => this.#lookup.batchAt(place)),
      topicIds: topicIds ?? ((topics) => this.#lookup.topicIds(topics)),
      onReading: (isReading) => {
        this.#isReading = isReading;
      },
      onStored: ({ changes, upToMs }) => {
        this.#problem = undefined;
        this.#storedAtMs = performance.now();
        this.#storedUpToMs = Math.max(this.#storedUpToMs ?? 0, upToMs);
        if (changes > 0) this.#revision += 1;
      },
      onChange: () => {
        this.#revision += 1;
      },
      onTrouble: (error) => this.#tell(error),
    });
  }

  /** Each trouble is told once, not at every attempt. */
  #tell(error: unknown): void {
    const told = storeFault(error, this.#options.file);
    if (!isDatabaseFault(told)) {
      this.#options.logger.warn(`${describeError(told)}; going on`);
      return;
    }
    const { code, message, next } = told;
    if (this.#problem?.problem?.message !== message) this.#options.logger.error(describeError(told));
    this.#problem = { state: code === 'DISK_FULL' ? 'disk-full' : 'failed', problem: { code, message, next } };
  }
}

/** What the broker says heals by itself; what the database says is shown. */
function isDatabaseFault(error: unknown): error is VigilError {
  return isFault(error) && error.code !== 'BROKER_UNREACHABLE';
}
