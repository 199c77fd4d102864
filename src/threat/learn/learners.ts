import type { Learner } from './cross-validate.ts';
import { type ForestSettings, fitExtraTrees, forestScore } from './extra-trees.ts';
import { fitLogistic, logisticScore } from './logistic.ts';
import { fitRankScale, toNormalScores } from './rank-scale.ts';
import type { Samples } from './samples.ts';

/** Logistic regression on normal scores, in its parts: this is what is shipped. */
export function fitScaled({ rows, ...rest }: Samples, ridge: number) {
  const scale = fitRankScale(rows);
  const scaled = rows.map((row) => toNormalScores(scale, row));
  return { scale, weights: fitLogistic({ rows: scaled, ...rest }, ridge) };
}

export function logisticLearner(ridge: number): Learner {
  return (samples) => {
    const { scale, weights } = fitScaled(samples, ridge);
    return (row) => logisticScore(weights, toNormalScores(scale, row));
  };
}

export function forestLearner(settings: ForestSettings): Learner {
  return (samples) => {
    const forest = fitExtraTrees(samples, settings);
    return (row) => forestScore(forest, row);
  };
}

/** The mean of what others say. */
export function blend(learners: readonly Learner[]): Learner {
  return (samples) => {
    const models = learners.map((learner) => learner(samples));
    return (row) => models.reduce((sum, model) => sum + model(row), 0) / models.length;
  };
}
