/** What the training of the fight classifier measures of scores that were given out of fold: a list of scores for each seed. */
import { areaUnderCurve, falseAlarmCurve, recallAt } from '../src/threat/learn/measures.ts';

/** Of clips without a fight so many may be called. */
export const falseAlarmShare = 0.05;

type Scores = readonly (readonly number[])[];

export function measure(labels: readonly number[], scores: Scores) {
  const aucs = scores.map((each) => areaUnderCurve(each, labels));
  const recalls = scores.map((each) => recallAt(each, labels, falseAlarmShare).recall);
  return { auc: mean(aucs), aucs: aucs.map(round), recall: mean(recalls), recalls: recalls.map(round) };
}

/** The curve over all seeds, and how many clips are called at the threshold, on average over the seeds. */
export function atThreshold(labels: readonly number[], chances: Scores, threshold: number) {
  const pooled = chances.flat();
  const pooledLabels = chances.flatMap(() => labels);
  const count = (label: number, isAbove: boolean) =>
    round(
      pooled.filter((chance, index) => pooledLabels[index] === label && chance >= threshold === isAbove).length /
        chances.length,
    );
  return {
    threshold,
    confusion: { hits: count(1, true), misses: count(1, false), falseAlarms: count(0, true), rest: count(0, false) },
    curve: falseAlarmCurve(pooled, pooledLabels).map(([share, recall]) => [round(share), round(recall)] as const),
  };
}

/** The ten fights that score lowest and the ten others that score highest, on average over the seeds. */
export function worstClips(clips: readonly { file: string; label: number }[], chances: Scores) {
  const means = clips.map(({ file, label }, index) => ({
    file,
    label,
    score: mean(chances.map((each) => each[index] ?? 0)),
  }));
  const missed = means.filter(({ label }) => label === 1).sort((a, b) => a.score - b.score);
  const called = means.filter(({ label }) => label === 0).sort((a, b) => b.score - a.score);
  const show = ({ file, score }: { file: string; score: number }) => `${file} ${score}`;
  return { missed: missed.slice(0, 10).map(show), called: called.slice(0, 10).map(show) };
}

function mean(values: readonly number[]): number {
  return round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

export function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
