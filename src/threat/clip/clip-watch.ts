import { Episodes } from '../fight/episodes.ts';
import type { FightScore } from '../fight/fight-watch.ts';
import type { SeenMoment } from '../window/moment.ts';
import { SlidingWindow, type WindowSettings } from '../window/sliding-window.ts';

/** A model that takes several frames at once and gives a chance for each of its labels. */
export interface ClipJudge {
  manifest: {
    name: string;
    input: { frames: number };
    labels: readonly string[];
    /** The labels that are fights. */
    fights: readonly string[];
    threshold: number;
  };
  judge(frames: readonly Float32Array[]): Promise<number[]>;
}

/**
 * Judges the same windows as `FightWatch` by a model that sees the pictures: as many as it takes, evenly from the window,
 * whatever its rate of frames. The chance of a fight is the sum of those of its labels.
 */
export class ClipWatch {
  readonly #judge: ClipJudge;
  readonly #window: SlidingWindow;
  readonly #episodes: Episodes;
  #frames = new Map<number, Float32Array>();

  constructor(judge: ClipJudge, settings?: WindowSettings) {
    this.#judge = judge;
    this.#episodes = new Episodes(judge.manifest.threshold);
    this.#window = new SlidingWindow(settings);
  }

  /** See `SlidingWindow.wants`. */
  wants(ptsUs: number): boolean {
    return this.#window.wants(ptsUs);
  }

  /** @returns undefined while the window is too short. @throws INFERENCE_FAILED */
  async see(moment: SeenMoment, frame: Float32Array): Promise<FightScore | undefined> {
    const window = this.#window.add(moment);
    this.#frames.set(moment.frame, frame);
    if (!window) return undefined;
    const kept = new Set(window.map((each) => each.frame));
    this.#frames = new Map([...this.#frames].filter(([number]) => kept.has(number)));
    const { manifest } = this.#judge;
    const chances = await this.#judge.judge(evenly([...this.#frames.values()], manifest.input.frames));
    const chance = sumOf(manifest.fights.map((label) => chances[manifest.labels.indexOf(label)] ?? 0));
    const reasons = manifest.labels.map((label, index) => {
      const value = chances[index] ?? 0;
      return { feature: `${manifest.name}: ${label}`, value, says: manifest.fights.includes(label) ? value : -value };
    });
    const { ptsUs, capturedAtUs } = moment;
    const standing = this.#episodes.see(ptsUs, chance);
    return {
      ...standing,
      frame: moment.frame,
      ptsUs,
      capturedAtUs,
      window: [...window],
      features: {},
      chance,
      reasons,
    };
  }
}

/** So many of the items, from the first to the last: some twice where there are fewer. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, index) => {
    const place = count === 1 ? items.length - 1 : Math.round((index * (items.length - 1)) / (count - 1));
    return items[place] as T;
  });
}

function sumOf(values: readonly number[]): number {
  return Math.min(
    1,
    values.reduce((sum, value) => sum + value, 0),
  );
}
