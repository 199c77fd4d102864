import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

export interface Chore {
  name: string;
  everyMs: number;
  run(): Promise<void>;
}

/** Things to do now and then, one run of each at a time, none after `close`. */
export class Housekeeping {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #cancel = new Set<() => void>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  add(chore: Chore): void {
    if (this.#isClosed) return;
    const cancel = this.#clock.after(Math.min(chore.everyMs, 0x7fffffff), () => {
      this.#cancel.delete(cancel);
      this.#start(chore);
    });
    this.#cancel.add(cancel);
  }

  #start(chore: Chore): void {
    const run = chore
      .run()
      .catch((error: unknown) => this.#logger.error({ err: error }, `${chore.name} failed; it is tried again later`))
      .finally(() => {
        this.#running.delete(run);
        this.add(chore);
      });
    this.#running.add(run);
  }

  /** Resolves when nothing is running any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#cancel) cancel();
    await Promise.all(this.#running);
  }
}
