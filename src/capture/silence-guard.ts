/** Calls back once when nothing has been heard for a while. */
export class SilenceGuard {
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the limit has passed. */
  expired = false;

  constructor(limitMs: number, onSilence: () => void) {
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.expired = true;
      this.#onSilence();
    }, this.#limitMs);
  }

  /** Something was heard: the limit counts from now. */
  refresh(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
