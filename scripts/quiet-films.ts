/** Films in which nobody fights: the training learns from them, and measures how often a model that has not seen a part calls it. */
import { basename } from 'node:path';
import type { SeenMoments } from '../src/cli/score/seen-moments.ts';
import type { Features } from '../src/threat/features/window-features.ts';
import { windowFeatures } from '../src/threat/features/window-features.ts';
import { Episodes, type Standing } from '../src/threat/fight/episodes.ts';
import { type FightModel, judgeWindow } from '../src/threat/fight/fight-model.ts';
import type { SeenMoment } from '../src/threat/window/moment.ts';
import { SlidingWindow } from '../src/threat/window/sliding-window.ts';

export interface QuietFilm {
  file: string;
  moments: readonly SeenMoment[];
  windows: readonly Features[];
  /** How much it counts beside clips. */
  weight: number;
  /** Measures a window of it; each only once. */
  featuresOf: (window: readonly SeenMoment[]) => Features;
}

/** A film in parts: those that a model learns from and those that it is judged by never share a frame. */
export interface QuietHour {
  film: string;
  /** What the models that judged it had seen of it. */
  seenOfIt: 'nothing' | 'its other half';
  seconds: number;
  windows: number;
  /** In an hour of it. */
  alarms: number;
  highest: number;
  /** Share of the windows at the threshold or above. */
  above: number;
  /** Frames at which an alarm came. */
  places: number[];
}

/** So many seconds of somebody in view count as much as a clip: some six times less than in a clip, of which there is never enough. */
const personSecondsOfClip = 34;
const hourUs = 3_600_000_000;
/** Each round begins so many frames later: other windows are cut from the same film. */
const shift = 37;
/** A window is never longer: so far apart two parts share nothing. */
const apart = 21;

export async function seeQuietFilm(path: string, seen: SeenMoments): Promise<QuietFilm> {
  return quietFilm(basename(path), await seen.of(path));
}

export function quietFilm(file: string, moments: readonly SeenMoment[]): QuietFilm {
  const featuresOf = byWindow(windowFeatures);
  return { file, moments, windows: windowsOf(moments, featuresOf), weight: weightOf(moments), featuresOf };
}

/** All windows of a film that would be judged. */
export function windowsOf(moments: readonly SeenMoment[], featuresOf = windowFeatures): Features[] {
  const window = new SlidingWindow();
  return moments.flatMap((moment) => {
    const full = window.wants(moment.ptsUs) ? window.add(moment) : undefined;
    return full ? [featuresOf(full)] : [];
  });
}

function weightOf(moments: readonly SeenMoment[]): number {
  const seconds = moments.map(({ people, ptsUs }, index) => {
    const before = moments[index - 1]?.ptsUs ?? ptsUs;
    return (people.length * (ptsUs - before)) / 1e6;
  });
  return Math.max(1, seconds.reduce((sum, each) => sum + each, 0) / personSecondsOfClip);
}

/**
 * An hour of each film, judged by models that have not seen it, and by models that have seen its other half.
 *
 * @param learn a model of the clips and so much quiet film
 */
export function heldOutHours(
  films: readonly QuietFilm[],
  learn: (quiet: readonly QuietFilm[]) => FightModel,
): QuietHour[] {
  return films.flatMap((film) => {
    const others = films.filter((each) => each !== film);
    const middle = film.moments.length >> 1;
    const [first, second] = [film.moments.slice(0, middle), film.moments.slice(middle)];
    const half = (moments: readonly SeenMoment[]): QuietFilm => ({
      ...film,
      moments,
      windows: windowsOf(moments, film.featuresOf),
      weight: Math.max(1, film.weight / 2),
    });
    const judgeHalf = (judged: readonly SeenMoment[], learnt: readonly SeenMoment[]) => ({
      moments: judged,
      model: learn([...others, half(learnt)]),
    });
    return [
      hourOf(film, 'nothing', [{ moments: film.moments, model: learn(others) }]),
      hourOf(film, 'its other half', [
        judgeHalf(first, second.slice(apart)),
        judgeHalf(second, first.slice(0, -apart)),
      ]),
    ];
  });
}

interface Part {
  moments: readonly SeenMoment[];
  model: FightModel;
}

/** An hour of a film, all of it judged by one model that has not seen it. */
export function quietHour(film: QuietFilm, model: FightModel): QuietHour {
  return hourOf(film, 'nothing', [{ moments: film.moments, model }]);
}

/**
 * Each part again and again, as after a cut from a shifted place on: detections and joints are those of one pass, and no
 * window reaches across a joint, at which people would seem to jump.
 */
function hourOf({ file, featuresOf }: QuietFilm, seenOfIt: QuietHour['seenOfIt'], parts: readonly Part[]): QuietHour {
  const hour: QuietHour = { film: file, seenOfIt, seconds: 0, windows: 0, alarms: 0, highest: 0, above: 0, places: [] };
  for (const { moments, model } of parts) {
    const chanceOf = byWindow((window) => judgeWindow(model, featuresOf(window)).chance);
    loop({ moments, threshold: model.threshold, chanceOf, untilUs: hourUs / parts.length }, hour);
  }
  return { ...hour, above: hour.above / hour.windows, places: hour.places.sort((a, b) => a - b) };
}

interface Loop {
  moments: readonly SeenMoment[];
  threshold: number;
  chanceOf: (window: readonly SeenMoment[]) => number;
  untilUs: number;
}

function loop({ moments, threshold, chanceOf, untilUs }: Loop, hour: QuietHour): void {
  const [first, last] = [moments[0] as SeenMoment, moments.at(-1) as SeenMoment];
  const stepUs = (last.ptsUs - first.ptsUs) / (moments.length - 1);
  hour.seconds += (last.ptsUs - first.ptsUs) / 1e6;
  const episodes = new Episodes(threshold);
  for (let round = 0, ptsUs = 0; ptsUs < untilUs; round++) {
    const from = (round * shift) % moments.length;
    for (const stretch of [moments.slice(from), moments.slice(0, from)]) {
      const sliding = new SlidingWindow();
      for (const moment of stretch) {
        const window = sliding.wants(ptsUs) ? sliding.add({ ...moment, ptsUs }) : undefined;
        if (window) count(episodes.see(ptsUs, chanceOf(window)), moment.frame, threshold, hour);
        ptsUs += stepUs;
      }
    }
  }
}

function count({ sustained, isAlarm }: Standing, frame: number, threshold: number, hour: QuietHour): void {
  hour.windows++;
  hour.highest = Math.max(hour.highest, sustained);
  if (sustained >= threshold) hour.above++;
  if (!isAlarm) return;
  hour.alarms++;
  if (!hour.places.includes(frame)) hour.places.push(frame);
}

/** Remembers what a window came to: one of the same frames, in whichever round, comes to the same. */
function byWindow<T>(make: (window: readonly SeenMoment[]) => T): (window: readonly SeenMoment[]) => T {
  const known = new Map<string, T>();
  return (window) => {
    const key = `${window[0]?.frame}–${window.at(-1)?.frame}`;
    const found = known.get(key) ?? make(window);
    known.set(key, found);
    return found;
  };
}
