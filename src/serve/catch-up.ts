import type { Clock } from '../base/clock.ts';

export interface CatchUpOptions {
  clock: Clock;
  /** A reader to which nothing came for so long has read everything. */
  quietMs: number;
  /** Called once. */
  onCaughtUp: () => void;
}

/**
 * Tells when a reader that started at an old record has read what was there before it: when it meets a record that is
 * younger than itself, or when nothing more comes.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #startedAtMs: number;
  #cancel: (() => void) | undefined;
  #isCaughtUp = false;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.nowMs();
    this.#waitForQuiet();
  }

  /** True while records are older than the reader. */
  get isReadingHistory(): boolean {
    return !this.#isCaughtUp;
  }

  /** @param timestampMs the record's own time, milliseconds since 1970 */
  saw(timestampMs: number): void {
    if (this.#isCaughtUp) return;
    if (timestampMs >= this.#startedAtMs) this.#finish();
    else this.#waitForQuiet();
  }

  close(): void {
    this.#cancel?.();
    this.#isCaughtUp = true;
  }

  #waitForQuiet(): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(this.#options.quietMs, () => this.#finish());
  }

  #finish(): void {
    this.close();
    this.#options.onCaughtUp();
  }
}
