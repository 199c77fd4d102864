import { crossValidate, foldsOf, type LabelledClip, type Learner, samplesOf, scoreClips } from './cross-validate.ts';
import { areaUnderCurve, recallBelow } from './measures.ts';

/** One of the ways to learn that are chosen from: the clips with the features it reads, and what learns from them. */
export interface Candidate {
  name: string;
  /** The same clips in the same order for every candidate. */
  clips: readonly LabelledClip[];
  /** See `ValidationSettings`. */
  besides?: readonly LabelledClip[];
  learner: Learner;
}

export interface NestedSettings {
  every: number;
  folds: number;
  /** Into so many parts the scenes outside of a fold are parted again, to choose a candidate. */
  innerFolds: number;
  seed: number;
}

/** Few false alarms are what counts, but a point of the curve is a matter of luck: the candidate is chosen by more of it. */
const fewFalseAlarms = 0.1;

/**
 * Nested cross-validation: for each fold the candidate is chosen by cross-validation among the other folds only, so that what
 * was chosen is measured on scenes that had no say in it.
 *
 * @returns scores in the order of the clips, and the chosen candidate of each fold
 */
export function nestedCrossValidate(candidates: readonly Candidate[], settings: NestedSettings) {
  const { every, folds, innerFolds, seed } = settings;
  const [any] = candidates;
  if (!any) throw new RangeError('nothing to choose from');
  const foldOf = foldsOf(any.clips, folds, seed);
  const scores: number[] = new Array(any.clips.length).fill(0);
  const chosen: string[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const isOut = ({ scene }: LabelledClip) => foldOf.get(scene) === fold;
    const best = bestOf(
      candidates.map((each) => ({ ...each, clips: each.clips.filter((clip) => !isOut(clip)) })),
      { every, folds: innerFolds, seed },
    );
    const { clips, besides = [], learner, name } = candidates[best] ?? any;
    const model = learner(samplesOf([...clips.filter((clip) => !isOut(clip)), ...besides], every));
    for (const [index, clip] of clips.entries()) if (isOut(clip)) scores[index] = scoreClips([clip], model)[0] ?? 0;
    chosen.push(name);
  }
  return { scores, chosen };
}

function bestOf(candidates: readonly Candidate[], settings: { every: number; folds: number; seed: number }): number {
  const worth = candidates.map(({ clips, besides, learner }) => {
    const labels = clips.map(({ label }) => label);
    const scores = crossValidate(clips, { learner, ...(besides ? { besides } : {}), ...settings });
    return areaUnderCurve(scores, labels) + recallBelow(scores, labels, fewFalseAlarms);
  });
  return worth.indexOf(Math.max(...worth));
}
