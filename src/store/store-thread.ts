import { Worker } from 'node:worker_threads';
import { fault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { StoreState } from '../topics/store-state.ts';
import type { RunningStore, StoreSettings } from './start-store.ts';
import type { AskStore } from './store-questions.ts';
import type { FromStore, ToStore } from './thread-messages.ts';

const workerModule = new URL('./store-worker.ts', import.meta.url);
const restartMs = 1000;
const closeWithinMs = 1500;
/** What a store needs at most; beyond it only the thread ends, and begins anew. */
const resourceLimits = { maxOldGenerationSizeMb: 256 };

interface Pending {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/**
 * The store in a thread of its own: whoever waits for the disk there keeps nobody waiting here. A thread that ends is
 * started again, and goes on where its last transaction ended.
 */
export function startStoreThread(settings: StoreSettings, logger: Logger): RunningStore {
  return new StoreThread(settings, logger);
}

class StoreThread implements RunningStore {
  readonly #settings: StoreSettings;
  readonly #logger: Logger;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker;
  #state: StoreState = { state: 'opening', storedUpToMs: null, revision: 0 };
  /** Revisions of earlier threads: the sum grows, whatever happens. */
  #earlierRevisions = 0;
  #lastId = 0;
  #isClosing = false;
  #restarting: NodeJS.Timeout | undefined;

  constructor(settings: StoreSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#worker = this.#start();
  }

  get state(): StoreState {
    return { ...this.#state, revision: this.#earlierRevisions + this.#state.revision };
  }

  readonly ask: AskStore = (name, ask) => {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ kind: 'ask', id, name, ask });
    });
  };

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restarting);
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const end = setTimeout(() => void this.#worker.terminate(), closeWithinMs);
    if (this.#worker.threadId < 0) clearTimeout(end);
    else {
      this.#send({ kind: 'close' });
      await ended;
      clearTimeout(end);
    }
  }

  #start(): Worker {
    const worker = new Worker(workerModule, { workerData: this.#settings, resourceLimits });
    let reason = '';
    worker.on('message', (message: FromStore) => this.#receive(message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', (code) => this.#lost(reason || `exit code ${code}`));
    return worker;
  }

  #send(message: ToStore): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromStore): void {
    if (message.kind === 'state') {
      this.#state = message.state;
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.answer as never);
    else pending?.reject(fault(message.code, message.message, { next: message.next }));
  }

  #lost(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(fault('STORE_CLOSED', `the store ended: ${reason}`));
    this.#pending.clear();
    this.#earlierRevisions += this.#state.revision + 1;
    this.#state = { state: 'opening', storedUpToMs: this.#state.storedUpToMs, revision: 0 };
    if (this.#isClosing) return;
    this.#logger.warn(`the store ended: ${reason}; it starts again`);
    this.#restarting = setTimeout(() => {
      this.#worker = this.#start();
    }, restartMs);
  }
}
