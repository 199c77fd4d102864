import type { SeenMoment } from './moment.ts';

export interface WindowSettings {
  /** A window says nothing before it holds so many frames … */
  leastFrames: number;
  /** … over so long: seven frames of 60 a second are a ninth of a second. */
  leastMs: number;
  /** Older frames leave. */
  mostMs: number;
  /** Frames closer than this to the one before are passed over: every camera is judged at about one rate. */
  spacingMs: number;
  /** A longer pause between two frames begins a new window. */
  gapMs: number;
}

export const defaultWindowSettings: WindowSettings = {
  leastFrames: 7,
  leastMs: 500,
  mostMs: 2000,
  spacingMs: 60,
  gapMs: 600,
};

/** The last moments of one camera's session without a gap between them. Pure; times are stream times. */
export class SlidingWindow {
  readonly #settings: WindowSettings;
  #moments: SeenMoment[];

  /** @param moments what an earlier life held */
  constructor(settings: WindowSettings = defaultWindowSettings, moments: readonly SeenMoment[] = []) {
    this.#settings = settings;
    this.#moments = [...moments];
  }

  /** What it holds, oldest first; JSON. */
  state(): SeenMoment[] {
    return [...this.#moments];
  }

  /** Whether the next moment would be taken: a frame that is passed over need not be looked at. */
  wants(ptsUs: number): boolean {
    const last = this.#moments.at(-1);
    return !last || ptsUs < last.ptsUs || ptsUs - last.ptsUs >= this.#settings.spacingMs * 1000;
  }

  /** Something is missing in between, or everything begins anew. */
  clear(): void {
    this.#moments = [];
  }

  /** @returns the window that ends with this moment; undefined while it is too short to be judged */
  add(moment: SeenMoment): readonly SeenMoment[] | undefined {
    const { leastFrames, leastMs, mostMs, gapMs } = this.#settings;
    const last = this.#moments.at(-1);
    if (last && (moment.ptsUs <= last.ptsUs || moment.ptsUs - last.ptsUs > gapMs * 1000)) this.clear();
    this.#moments.push(moment);
    while (moment.ptsUs - (this.#moments[0]?.ptsUs ?? 0) > mostMs * 1000) this.#moments.shift();
    const spanUs = moment.ptsUs - (this.#moments[0]?.ptsUs ?? 0);
    return this.#moments.length >= leastFrames && spanUs >= leastMs * 1000 ? this.#moments : undefined;
  }
}
