import { type Features, windowFeatures } from '../features/window-features.ts';
import type { SeenMoment } from '../window/moment.ts';
import { SlidingWindow, type WindowSettings } from '../window/sliding-window.ts';
import { Episodes, type EpisodesState, type Standing } from './episodes.ts';
import { type FightModel, type Judgement, judgeWindow } from './fight-model.ts';

/** What a window that could be judged came to. */
export interface FightScore extends Judgement, Standing {
  /** Of the last frame in the window. */
  frame: number;
  ptsUs: number;
  capturedAtUs: number;
  /** The window, oldest first. */
  window: readonly SeenMoment[];
  features: Features;
}

/** JSON, to go on with after a restart. */
export interface FightWatchState extends EpisodesState {
  window: SeenMoment[];
}

/** Judges each window of one camera, and calls each episode once. Pure; times are stream times. */
export class FightWatch {
  readonly #model: FightModel;
  readonly #window: SlidingWindow;
  readonly #featuresOf: (window: readonly SeenMoment[]) => Features;
  readonly #episodes: Episodes;

  /** @param featuresOf what measures a window; whoever judges the same windows again and again may remember them */
  constructor(
    model: FightModel,
    settings?: WindowSettings,
    state?: FightWatchState,
    featuresOf: (window: readonly SeenMoment[]) => Features = windowFeatures,
  ) {
    this.#model = model;
    this.#featuresOf = featuresOf;
    this.#window = new SlidingWindow(settings, state?.window);
    this.#episodes = new Episodes(model.threshold, state);
  }

  state(): FightWatchState {
    return { window: this.#window.state(), ...this.#episodes.state() };
  }

  /** See `SlidingWindow.wants`. */
  wants(ptsUs: number): boolean {
    return this.#window.wants(ptsUs);
  }

  /** A gap in the frames: the window begins anew, an episode goes on. */
  clear(): void {
    this.#window.clear();
  }

  /** @returns undefined while the window is too short */
  see(moment: SeenMoment): FightScore | undefined {
    const window = this.#window.add(moment);
    if (!window) return undefined;
    const features = this.#featuresOf(window);
    const judgement = judgeWindow(this.#model, features);
    const { frame, ptsUs, capturedAtUs } = moment;
    const standing = this.#episodes.see(ptsUs, judgement.chance);
    return { ...judgement, ...standing, frame, ptsUs, capturedAtUs, window: [...window], features };
  }
}
