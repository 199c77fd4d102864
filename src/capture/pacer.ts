import { setTimeout as delay } from 'node:timers/promises';

/** Later than this behind the film (a broker that was away, a machine that slept) and the film's clock is set anew. */
const maxLagMs = 1000;
const jumpMs = 10_000;

/** Lets the frames of a film go at the times at which they were filmed. */
export class Pacer {
  #startedAtMs = Number.NaN;
  #lastMs = Number.NaN;

  /** Resolves when the frame at `ptsUs` is due; at once when the signal aborts. */
  async wait(ptsUs: number, signal: AbortSignal): Promise<void> {
    const ptsMs = ptsUs / 1000;
    const nowMs = performance.now();
    const waitMs = this.#startedAtMs + ptsMs - nowMs;
    const jumped = Math.abs(ptsMs - this.#lastMs) > jumpMs;
    this.#lastMs = ptsMs;
    if (Number.isNaN(waitMs) || waitMs < -maxLagMs || jumped) {
      this.#startedAtMs = nowMs - ptsMs;
      return;
    }
    if (waitMs > 0.5) await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
