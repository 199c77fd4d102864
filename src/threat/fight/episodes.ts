import { defaultWindowSettings } from '../window/sliding-window.ts';

/** An episode is over once the score has been below the threshold for so long. */
const calmMs = 4000;
/** A suspicion is told when so many windows in a row, one frame apart, are at the threshold: a single one is often an error. */
export const leastWindows = 2;

/** JSON, to go on with after a restart. */
export interface EpisodesState {
  /** When the score was at the threshold last. */
  lastAboveUs?: number;
  /** The last windows, oldest first, fewer than `leastWindows`. */
  before?: ScoredWindow[];
}

interface ScoredWindow {
  ptsUs: number;
  chance: number;
}

/** What windows in a row come to. */
export interface Standing {
  /** The lowest of the last `leastWindows` scores; of fewer, where there are no more. */
  sustained: number;
  /** The highest of them: what is told. */
  best: number;
  /** They are the first of an episode to reach the threshold: one alarm each. */
  isAlarm: boolean;
}

/** Tells the first windows of each episode from those that follow. Pure; times are stream times. */
export class Episodes {
  readonly #threshold: number;
  #lastAboveUs: number | undefined;
  #before: readonly ScoredWindow[];

  constructor(threshold: number, { lastAboveUs, before = [] }: EpisodesState = {}) {
    this.#threshold = threshold;
    this.#lastAboveUs = lastAboveUs;
    this.#before = before;
  }

  state(): EpisodesState {
    const [lastAboveUs, before] = [this.#lastAboveUs, [...this.#before]];
    return { ...(lastAboveUs === undefined ? {} : { lastAboveUs }), ...(before.length > 0 ? { before } : {}) };
  }

  /** @param chance of the window that ends at `ptsUs` */
  see(ptsUs: number, chance: number): Standing {
    const last = this.#before.at(-1);
    // A window that began anew is not the next one of those before: it takes so long to be full.
    const isNext =
      last !== undefined && ptsUs > last.ptsUs && ptsUs - last.ptsUs < defaultWindowSettings.leastMs * 1000;
    const row = [...(isNext ? this.#before : []), { ptsUs, chance }];
    this.#before = row.slice(1 - leastWindows);
    const chances = row.map((each) => each.chance);
    const standing = { sustained: Math.min(...chances), best: Math.max(...chances) };
    const isAbove = row.length === leastWindows && standing.sustained >= this.#threshold;
    return { ...standing, isAlarm: isAbove && this.#begins(ptsUs) };
  }

  #begins(ptsUs: number): boolean {
    const calmUs = Math.abs(ptsUs - (this.#lastAboveUs ?? Number.NEGATIVE_INFINITY));
    this.#lastAboveUs = ptsUs;
    return calmUs > calmMs * 1000;
  }
}

/** What a film comes to: the highest score that so many windows in a row reach; of fewer windows, what all of them reach. */
export function sustainedScore(chances: readonly number[]): number {
  const length = Math.min(leastWindows, chances.length);
  const rows = Array.from({ length: chances.length - length + 1 }, (_, from) => chances.slice(from, from + length));
  return Math.max(0, ...rows.filter((row) => row.length > 0).map((row) => Math.min(...row)));
}
