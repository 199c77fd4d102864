import type { ClipModel } from '../../detect/clip/clip-model.ts';
import { ClipWatch } from '../../threat/clip/clip-watch.ts';
import { sustainedScore } from '../../threat/fight/episodes.ts';
import type { FightModel } from '../../threat/fight/fight-model.ts';
import { type FightScore, FightWatch } from '../../threat/fight/fight-watch.ts';
import type { SeenMoment } from '../../threat/window/moment.ts';
import { MomentMaker } from '../../threat/window/moment-maker.ts';
import type { ClipSight } from './clip-eyes.ts';

/** What `vigil score fight` says of one file. */
export interface ClipScore {
  file: string;
  /** The highest that two windows in a row reach, 0..1; null where no window could be judged. */
  score: number | null;
  /** Stream time of the frame at which the alarm would have come; null: it would not have come. */
  alarmAtMs: number | null;
  /** Of the window that scored highest. */
  evidence: ClipEvidence | null;
  /** Why there is no score, or why nothing could be called whatever the score. */
  why?: string;
}

interface ClipEvidence {
  frames: { frame: number; atMs: number; people: number }[];
  people: { track: string; box: { x: number; y: number; width: number; height: number }; score: number }[];
  /** What spoke most for (above 0) and against (below 0) a fight. */
  reasons: { feature: string; value: number; says: number }[];
  /** The score at the end of each window: stream time in milliseconds, chance. */
  curve: [number, number][];
}

const shownFrames = 7;
const unseen =
  'nobody is seen near enough and whole: people were smaller or more cut off than in what the classifier has learnt from';

interface ClipWatcher {
  wants(ptsUs: number): boolean;
  see(moment: SeenMoment, sight: ClipSight): Promise<FightScore | undefined>;
}

function fightJudge(model: FightModel): ClipWatcher {
  const watch = new FightWatch(model);
  return { wants: (ptsUs) => watch.wants(ptsUs), see: async (moment) => watch.see(moment) };
}

function clipJudge(model: ClipModel): ClipWatcher {
  const watch = new ClipWatch(model);
  return {
    wants: (ptsUs) => watch.wants(ptsUs),
    see: async (moment, { picture }) => (picture ? watch.see(moment, model.frame(await picture())) : undefined),
  };
}

/** Judges every window of a film as a camera's would be. */
export async function scoreClip(
  file: string,
  sights: AsyncIterable<ClipSight>,
  model: FightModel | ClipModel,
): Promise<ClipScore> {
  const maker = new MomentMaker();
  const watch = 'manifest' in model ? clipJudge(model) : fightJudge(model);
  const scores: FightScore[] = [];
  let [frames, firstUs, lastUs] = [0, 0, 0];
  for await (const sight of sights) {
    if (frames++ === 0) firstUs = sight.ptsUs;
    lastUs = sight.ptsUs;
    if (!watch.wants(sight.ptsUs)) continue;
    const score = await watch.see(maker.make(sight), sight);
    if (score) scores.push(score);
  }
  const [best] = [...scores].sort((a, b) => b.sustained - a.sustained || b.chance - a.chance);
  if (!best) return tooShort(file, frames, lastUs - firstUs);
  const alarm = scores.find(({ isAlarm }) => isAlarm);
  const isJudged = scores.some(({ below }) => below === undefined);
  const toMs = (ptsUs: number) => Math.round((ptsUs - firstUs) / 1000);
  return {
    file,
    score: round(sustainedScore(scores.map(({ chance }) => chance))),
    alarmAtMs: alarm ? toMs(alarm.ptsUs) : null,
    ...(isJudged ? {} : { why: unseen }),
    evidence: {
      frames: best.window
        .slice(-shownFrames)
        .map(({ frame, ptsUs, people }) => ({ frame, atMs: toMs(ptsUs), people: people.length })),
      people: (best.window.at(-1)?.people ?? []).map(({ track, box, score }) => ({ track, box, score })),
      reasons: best.reasons.map(({ feature, value, says }) => ({ feature, value: round(value), says: round(says) })),
      curve: scores.map(({ ptsUs, chance }) => [toMs(ptsUs), round(chance)]),
    },
  };
}

function tooShort(file: string, frames: number, spanUs: number): ClipScore {
  const why = `${frames} frames over ${Math.round(spanUs / 1000)} ms are too few: a window needs 7 consecutive frames over half a second`;
  return { file, score: null, alarmAtMs: null, evidence: null, why };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
