import { sustainedScore } from '../fight/episodes.ts';
import { groupedFolds } from './folds.ts';
import type { Samples } from './samples.ts';

/** A clip with the features of all its windows. */
export interface LabelledClip {
  file: string;
  /** Clips of one scene stay together. */
  scene: string;
  /** 1: a fight. */
  label: number;
  /** How much it counts in learning; left out: 1. */
  weight?: number;
  windows: readonly (readonly number[])[];
}

/** Learns from samples. @returns what scores a row, 0..1 */
export type Learner = (samples: Samples) => (row: readonly number[]) => number;

/**
 * Takes windows to learn from: of each clip the last, and every so many before it; those of one clip weigh as much as it
 * together, however many there are.
 */
export function samplesOf(clips: readonly LabelledClip[], every: number): Samples {
  const rows: (readonly number[])[] = [];
  const labels: number[] = [];
  const weights: number[] = [];
  for (const { label, windows, weight = 1 } of clips) {
    const chosen = windows.filter((_, index) => (windows.length - 1 - index) % every === 0);
    for (const row of chosen) {
      rows.push(row);
      labels.push(label);
      weights.push(weight / chosen.length);
    }
  }
  return { rows, labels, weights };
}

export interface ValidationSettings {
  learner: Learner;
  /** Learned from in every fold, and never judged. */
  besides?: readonly LabelledClip[];
  /** See `samplesOf`. */
  every: number;
  folds: number;
  seed: number;
}

/**
 * Scores each clip as `scoreClips` does, and by a model that has seen no clip of its scene.
 *
 * @returns scores in the order of the clips
 */
export function crossValidate(clips: readonly LabelledClip[], settings: ValidationSettings): number[] {
  const { learner, besides = [], every, folds, seed } = settings;
  const foldOf = foldsOf(clips, folds, seed);
  const models = Array.from({ length: folds }, (_, fold) => {
    const others = clips.filter(({ scene }) => foldOf.get(scene) !== fold);
    return learner(samplesOf([...others, ...besides], every));
  });
  return clips.map((clip) => {
    const model = models[foldOf.get(clip.scene) ?? 0];
    return model ? (scoreClips([clip], model)[0] ?? 0) : 0;
  });
}

/** The fold of each scene. */
export function foldsOf(clips: readonly LabelledClip[], folds: number, seed: number): Map<string, number> {
  const groups = new Map<string, number[]>();
  for (const { scene, label } of clips) groups.set(scene, [...(groups.get(scene) ?? []), label]);
  return groupedFolds(groups, folds, seed);
}

/** A clip counts by the highest score that windows in a row reach, as it is called. */
export function scoreClips(clips: readonly LabelledClip[], model: (row: readonly number[]) => number): number[] {
  return clips.map(({ windows }) => sustainedScore(windows.map(model)));
}
