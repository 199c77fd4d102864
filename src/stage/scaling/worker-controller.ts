import { type LoadNow, workersNeeded } from './worker-need.ts';

export interface WorkerLimits {
  min: number;
  max: number;
  /** Share of its time that a worker is to be busy, 0..1. */
  targetLoad: number;
}

export interface LoadSample extends Omit<LoadNow, 'secondsPerFrame'> {
  /** A clock that never jumps. */
  atMs: number;
  /** Undefined until the first frame is done: then nothing is known, and nothing changes. */
  secondsPerFrame: number | undefined;
}

/** A need has to last this long before workers are started for it: a burst is taken up by the log. */
const upAfterMs = 4000;
/** And the lack of it this long before some are stopped: starting them again costs more than letting them wait. */
const downAfterMs = 30_000;
/** A need this little over a whole number of workers does not ask for another one. */
const slack = 0.1;
/** A need of five workers and a hair is one of five. */
const rounding = 0.01;

/**
 * Decides how many workers there should be. It starts some when all needs of the last seconds ask for more than there are, and
 * stops some when no need of the last half minute asked for as many; in between lies what noise may do without an answer.
 */
export class WorkerController {
  readonly #limits: WorkerLimits;
  readonly #needs: { atMs: number; need: number }[] = [];
  #wanted: number;

  /** @param workers how many there are at first */
  constructor(limits: WorkerLimits, workers = limits.min) {
    this.#limits = limits;
    this.#wanted = this.#within(workers);
  }

  get wanted(): number {
    return this.#wanted;
  }

  /** @returns how many workers there should be now */
  saw({ atMs, secondsPerFrame, ...load }: LoadSample): number {
    if (secondsPerFrame === undefined) return this.#wanted;
    const needs = this.#needs;
    needs.push({ atMs, need: workersNeeded({ ...load, secondsPerFrame }, this.#limits.targetLoad) });
    while ((needs[0]?.atMs ?? atMs) < atMs - downAfterMs) needs.shift();
    this.#wanted = this.#next(atMs);
    return this.#wanted;
  }

  #next(atMs: number): number {
    const least = this.#leastOf(atMs - upAfterMs);
    if (least !== undefined && least > this.#wanted) return least;
    const most = this.#mostOf(atMs - downAfterMs);
    if (most !== undefined && most < this.#wanted) return most;
    return this.#wanted;
  }

  /** Workers that every need since then asked for; undefined when not so long a time is known. */
  #leastOf(sinceMs: number): number | undefined {
    const recent = this.#since(sinceMs);
    return recent && this.#within(Math.ceil(Math.min(...recent) - slack));
  }

  #mostOf(sinceMs: number): number | undefined {
    const recent = this.#since(sinceMs);
    return recent && this.#within(Math.ceil(Math.max(...recent) - rounding));
  }

  /** Samples are some time apart: one of just before counts too. */
  #since(sinceMs: number): number[] | undefined {
    const toleranceMs = 1500;
    const first = this.#needs[0];
    if (!first || first.atMs > sinceMs + toleranceMs) return undefined;
    return this.#needs.filter(({ atMs }) => atMs >= sinceMs).map(({ need }) => need);
  }

  #within(workers: number): number {
    return Math.min(this.#limits.max, Math.max(this.#limits.min, workers));
  }
}
