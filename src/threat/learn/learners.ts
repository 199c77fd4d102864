import type { Learner } from './cross-validate.ts';
import { type ForestSettings, fitExtraTrees, forestScore } from './extra-trees.ts';
import { fitLogistic, logisticScore } from './logistic.ts';
import { areaUnderCurve } from './measures.ts';
import { fitRankScale, toNormalScores } from './rank-scale.ts';
import type { Samples } from './samples.ts';

export interface LogisticSettings {
  /** See `fitLogistic`. */
  ridge: number;
  /**
   * How much more a feature may count that tells the labels apart by itself: its ridge is divided by the square of
   * (|AUC − ½| over the mean of that) to this power. 0: all are held back alike. (An adaptive ridge, after Zou's adaptive lasso, 2006.)
   */
  emphasis: number;
}

/** Logistic regression on normal scores, in its parts: this is what is shipped. */
export function fitScaled({ rows, labels, weights }: Samples, { ridge, emphasis }: LogisticSettings) {
  const scale = fitRankScale(rows);
  const scaled = rows.map((row) => toNormalScores(scale, row));
  const factors = separations({ rows: scaled, labels, weights }).map((value) => value ** emphasis);
  const stretched = scaled.map((row) => row.map((value, index) => value * (factors[index] ?? 1)));
  const model = fitLogistic({ rows: stretched, labels, weights }, ridge);
  return { scale, weights: model.map((weight, index) => weight * (factors[index] ?? 1)) };
}

/** How well each feature alone tells the labels apart, 1 on average. */
function separations({ rows, labels, weights }: Samples): number[] {
  const width = rows[0]?.length ?? 0;
  const found = Array.from({ length: width }, (_, column) => {
    const values = rows.map((row) => row[column] ?? 0);
    return Math.abs(areaUnderCurve(values, labels, weights) - 0.5);
  });
  const mean = found.reduce((sum, value) => sum + value, 0) / width;
  return found.map((value) => (mean > 0 ? value / mean : 1));
}

export function logisticLearner(settings: LogisticSettings): Learner {
  return (samples) => {
    const { scale, weights } = fitScaled(samples, settings);
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
