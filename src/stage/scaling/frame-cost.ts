import type { WorkDone } from './busy-meter.ts';

/** Frames after which an older measurement counts half: a model that becomes slower is noticed, one slow frame is not. */
const halfLifeFrames = 30;

/** What one frame costs one worker, from all workers of a detector. */
export class FrameCost {
  #frames = 0;
  #busyMs = 0;

  add({ frames, busyMs }: WorkDone): void {
    const fading = 0.5 ** (frames / halfLifeFrames);
    this.#frames = this.#frames * fading + frames;
    this.#busyMs = this.#busyMs * fading + busyMs;
  }

  /** Undefined before the first frame is done. */
  get secondsPerFrame(): number | undefined {
    return this.#frames < 1 ? undefined : this.#busyMs / this.#frames / 1000;
  }
}
