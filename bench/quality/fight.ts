import { readFile } from 'node:fs/promises';
import { createLogger } from '../../src/base/logger.ts';
import { openClipEyes } from '../../src/cli/score/clip-eyes.ts';
import { loadFightModel } from '../../src/cli/score/load-fight-model.ts';
import { SeenMoments } from '../../src/cli/score/seen-moments.ts';
import { type Features, windowFeatures } from '../../src/threat/features/window-features.ts';
import type { FightModel } from '../../src/threat/fight/fight-model.ts';
import { FightWatch } from '../../src/threat/fight/fight-watch.ts';
import type { SeenMoment } from '../../src/threat/window/moment.ts';
import { footage } from '../lib/material.ts';
import { report } from '../lib/results.ts';

/** How well fights are told from what is none: cross-validated on clips, and on films in which nobody fights. */

const films = ['people/vtest.avi', 'people/one-by-one-person-detection.mp4', 'traffic/car-detection.mp4'];
const hourUs = 3_600_000_000;
/** Each round begins so many frames later: other windows are cut from the same film. */
const shift = 37;

interface QuietHour {
  film: string;
  seconds: number;
  windows: number;
  alarms: number;
  highest: number;
  /** Share of the windows at the threshold or above. */
  above: number;
  /** Frames of the film at which an alarm came. */
  places: number[];
}

/**
 * A film again and again for an hour, as after a cut from a shifted place on: detections and joints are those of one pass, and no
 * window reaches across a joint, at which people would seem to jump.
 */
function quietHour(film: string, moments: readonly SeenMoment[], model: FightModel): QuietHour {
  const [first, last] = [moments[0] as SeenMoment, moments.at(-1) as SeenMoment];
  const stepUs = (last.ptsUs - first.ptsUs) / (moments.length - 1);
  const watch = new FightWatch(model, undefined, undefined, rememberingFeatures());
  const hour: QuietHour = {
    film,
    seconds: (last.ptsUs - first.ptsUs) / 1e6,
    windows: 0,
    alarms: 0,
    highest: 0,
    above: 0,
    places: [],
  };
  for (let round = 0, ptsUs = 0; ptsUs < hourUs; round++) {
    const from = (round * shift) % moments.length;
    for (const part of [moments.slice(from), moments.slice(0, from)]) {
      watch.clear();
      for (const moment of part) {
        judge({ ...moment, ptsUs, capturedAtUs: ptsUs }, watch, hour);
        ptsUs += stepUs;
      }
    }
  }
  return { ...hour, above: hour.above / hour.windows };
}

/** A window of the same frames has the same features, in whichever round. */
function rememberingFeatures(): (window: readonly SeenMoment[]) => Features {
  const known = new Map<string, Features>();
  return (window) => {
    const key = `${window[0]?.frame}–${window.at(-1)?.frame}`;
    const features = known.get(key) ?? windowFeatures(window);
    known.set(key, features);
    return features;
  };
}

function judge(moment: SeenMoment, watch: FightWatch, hour: QuietHour): void {
  if (!watch.wants(moment.ptsUs)) return;
  const score = watch.see(moment);
  if (!score) return;
  hour.windows++;
  hour.highest = Math.max(hour.highest, score.chance);
  if (score.chance >= model.threshold) hour.above++;
  if (!score.isAlarm) return;
  hour.alarms++;
  if (!hour.places.includes(moment.frame)) hour.places.push(moment.frame);
}

const model = await loadFightModel();
const measures = JSON.parse(await readFile(new URL('../../models/fight/measures.json', import.meta.url), 'utf8'));
const seen = new SeenMoments(() => openClipEyes(createLogger('bench')));
const hours: QuietHour[] = [];
for (const film of films) hours.push(quietHour(film, await seen.of(footage(film)), model));
await seen.close();

report(
  'quality/fight',
  'Are fights told from what is none?',
  [
    { what: 'area under the curve, nested', unit: '', values: measures.nested.aucs, wanted: '≥ 0.87' },
    { what: 'fights called at 5 % false alarms, nested', unit: '', values: measures.nested.recalls, wanted: '≥ 0.6' },
    { what: 'area under the curve, as shipped', unit: '', values: measures.shipped.aucs },
    { what: 'fights called at 5 % false alarms, as shipped', unit: '', values: measures.shipped.recalls },
    ...hours.map(({ film, alarms }) => ({
      what: `false alarms a camera-hour: ${film}`,
      unit: '',
      values: [alarms],
      wanted: '0',
    })),
    ...hours.map(({ film, highest }) => ({ what: `highest score: ${film}`, unit: '', values: [highest] })),
    ...hours.map(({ film, above }) => ({
      what: `windows at the threshold: ${film}`,
      unit: '%',
      values: [100 * above],
    })),
  ],
  [
    `The first four are by \`npm run train:fight\` (${measures.clips.fight} + ${measures.clips.noFight} clips of ${measures.scenes} scenes, one value for each seed); the model card says more.`,
    `The films run in a loop, an hour each, each round from ${shift} frames later on; what was detected is that of one pass. ${hours.map(({ film, seconds, windows }) => `${film}: ${Math.round(seconds)} s, ${windows} windows`).join('; ')}. Threshold ${model.threshold}. What one pass calls, each pass calls: it is so many seconds of film, however long they run.`,
    ...hours
      .filter(({ places }) => places.length > 0)
      .map(
        ({ film, places }) =>
          `Alarms in ${film} came at its frames ${places.sort((a, b) => a - b).join(', ')} (of 10 a second).`,
      ),
  ],
);
