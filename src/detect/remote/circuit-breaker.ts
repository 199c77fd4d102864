import type { Clock } from '../../base/clock.ts';

/**
 * `closed`: requests go. `open`: none goes, the server is left alone. `half-open`: one trial decides which of the two
 * comes next.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerPolicy {
  /** So many failures without a success between them open it. */
  failuresToOpen: number;
  /** First pause; each failed trial doubles it. */
  firstPauseMs: number;
  longestPauseMs: number;
}

export interface BreakerOptions {
  policy: BreakerPolicy;
  clock: Clock;
  /** 0..1; pauses vary by it so that many detectors do not come back at the same instant. */
  random: () => number;
  /** Asks the server something small. Rejects while it is not well. */
  trial: () => Promise<void>;
  onChange: (state: BreakerState, change: BreakerChange) => void;
}

export interface BreakerChange {
  /** The failure that led here. */
  error?: Error;
  /** Until the next trial. */
  pauseMs?: number;
  /** How long it was not closed. */
  openedForMs?: number;
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** Keeps requests from a server that is not well, and finds out when it is again. */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  readonly #waiters = new Set<Waiter>();
  #state: BreakerState = 'closed';
  #failuresInARow = 0;
  #pauseMs: number;
  #openedAtMs = 0;
  #successes = 0;
  #cancelTimer: () => void = () => undefined;
  #endedBy: Error | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#pauseMs = options.policy.firstPauseMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Answers that the server gave, over all time: whoever sees it grow knows that the server works for others. */
  get successes(): number {
    return this.#successes;
  }

  /** Requests that wait for it to close. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves as soon as a request may go. @throws what `end` was given */
  whenClosed(): Promise<void> {
    if (this.#endedBy) return Promise.reject(this.#endedBy);
    if (this.#state === 'closed') return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.add({ resolve, reject }));
  }

  succeeded(): void {
    this.#successes++;
    this.#failuresInARow = 0;
  }

  /** @param leaveAloneMs what the server itself asked for */
  failed(error: Error, leaveAloneMs = 0): void {
    this.#failuresInARow++;
    if (this.#failuresInARow >= this.#options.policy.failuresToOpen) this.open(error, leaveAloneMs);
  }

  /** Opens it at once, unless it is not closed anyway. */
  open(error: Error, leaveAloneMs = 0): void {
    if (this.#state !== 'closed') return;
    this.#openedAtMs = this.#options.clock.monotonicMs();
    this.#pauseMs = this.#options.policy.firstPauseMs;
    this.#pause(error, leaveAloneMs);
  }

  /** Rejects whoever waits, and everyone after. */
  end(error: Error): void {
    this.#endedBy = error;
    this.#cancelTimer();
    for (const { reject } of this.#takeWaiters()) reject(error);
  }

  #pause(error: Error, leaveAloneMs: number): void {
    const { clock, random, onChange } = this.#options;
    if (this.#endedBy) return;
    this.#state = 'open';
    const pauseMs = Math.round(Math.max(leaveAloneMs, this.#pauseMs * (0.75 + random() / 2)));
    this.#cancelTimer = clock.after(pauseMs, () => void this.#try());
    onChange('open', { error, pauseMs });
  }

  async #try(): Promise<void> {
    const { policy, trial, onChange } = this.#options;
    this.#state = 'half-open';
    onChange('half-open', {});
    try {
      await trial();
      this.#close();
    } catch (error) {
      this.#pauseMs = Math.min(this.#pauseMs * 2, policy.longestPauseMs);
      this.#pause(error instanceof Error ? error : new Error(String(error)), 0);
    }
  }

  #close(): void {
    if (this.#endedBy) return;
    this.#state = 'closed';
    this.succeeded();
    this.#options.onChange('closed', { openedForMs: this.#options.clock.monotonicMs() - this.#openedAtMs });
    for (const { resolve } of this.#takeWaiters()) resolve();
  }

  #takeWaiters(): Waiter[] {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    return waiters;
  }
}
