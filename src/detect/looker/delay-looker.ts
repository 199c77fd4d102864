import { type Clock, systemClock } from '../../base/clock.ts';
import { fault, type VigilError } from '../../base/errors.ts';
import { parseDurationMs } from '../../base/units.ts';
import type { Sight } from '../inference/detector.ts';
import type { Looker } from './looker.ts';

const name = 'delay';
const defaultDelayMs = 500;
/** A longer pause than this is a slip of the unit. */
const longestDelayMs = 3_600_000;

/** Whether a model is one that only takes its time. */
export function isDelay(model: string): boolean {
  return model === name || model.startsWith(`${name}:`);
}

/**
 * Reads `delay` or `delay:<duration>`.
 *
 * @returns milliseconds; undefined when another model is meant
 * @throws CONFIG_INVALID when it is a delay of no duration
 */
export function delayOfModel(model: string): number | undefined {
  if (!isDelay(model)) return undefined;
  if (model === name) return defaultDelayMs;
  const text = model.slice(name.length + 1);
  try {
    const delayMs = parseDurationMs(text);
    if (delayMs <= longestDelayMs) return delayMs;
  } catch {
    // The fault below says it for a model.
  }
  throw fault('CONFIG_INVALID', `model: found "${model}", expected ${name}:<duration of at most 1h>`, {
    next: `Write it like ${name}:500ms.`,
  });
}

export interface DelayLookerOptions {
  delayMs: number;
  workers: number;
  clock?: Clock;
}

/**
 * A model that takes its time and sees nothing: overload on demand, on any machine. Each worker has one frame at a time,
 * as a slow model would; the picture is not even decoded.
 */
export function startDelayLooker(options: DelayLookerOptions): Looker {
  return new DelayLooker(options);
}

interface Task {
  resolve(sight: Sight): void;
  reject(error: Error): void;
}

class DelayLooker implements Looker {
  readonly model: string;
  readonly concurrency: number;
  readonly failed = new Promise<never>(() => {});
  readonly #delayMs: number;
  readonly #clock: Clock;
  readonly #waiting: Task[] = [];
  /** What is being looked at, and how to stop that. */
  readonly #inHand = new Map<Task, () => void>();
  #isClosed = false;

  constructor({ delayMs, workers, clock = systemClock }: DelayLookerOptions) {
    this.model = `${name}:${delayMs}ms`;
    this.concurrency = workers;
    this.#delayMs = delayMs;
    this.#clock = clock;
  }

  look(): Promise<Sight> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#assign();
    });
  }

  giveUpWaiting(): void {
    this.#isClosed = true;
    for (const stop of this.#inHand.values()) stop();
    for (const task of [...this.#inHand.keys(), ...this.#waiting.splice(0)]) task.reject(closed());
    this.#inHand.clear();
  }

  async close(): Promise<void> {
    this.giveUpWaiting();
  }

  #assign(): void {
    while (this.#inHand.size < this.concurrency) {
      const task = this.#waiting.shift();
      if (!task) return;
      const startedMs = this.#clock.monotonicMs();
      this.#inHand.set(
        task,
        this.#clock.after(this.#delayMs, () => this.#finish(task, this.#clock.monotonicMs() - startedMs)),
      );
    }
  }

  #finish(task: Task, tookMs: number): void {
    this.#inHand.delete(task);
    task.resolve({ detections: [], inferenceUs: Math.round(tookMs * 1000) });
    this.#assign();
  }
}

function closed(): VigilError {
  return fault('PART_FAILED', 'the detector was closed before it looked at the frame');
}
