import type { Learner } from './cross-validate.ts';
import type { Samples } from './samples.ts';

/** The least value of a column at which a row is judged at all: so much, or so that a share of the positives lies below. */
export type Limit = { least: number } | { leftOut: number };

/** The last columns of the rows, one for each limit, in their order. @returns the least value of each */
export function learnLimits({ rows, labels, weights }: Samples, limits: readonly Limit[]): number[] {
  return limits.map((limit, index) => {
    if ('least' in limit) return limit.least;
    const positives = rows.flatMap((row, at) =>
      labels[at] === 1 ? [{ value: row.at(index - limits.length) ?? 0, weight: weights[at] ?? 1 }] : [],
    );
    return weightedQuantile(positives, limit.leftOut);
  });
}

/**
 * What is below a limit counts by this share of its score: it can be compared, and is never enough for an alarm, because
 * thresholds lie above.
 */
export const unsureShare = 0.5;

/** Learns from all rows without their last columns, and halves the score of what is below a limit. */
export function withLimits(learner: Learner, limits: readonly Limit[]): Learner {
  return (samples) => {
    const least = learnLimits(samples, limits);
    const score = learner(withoutLimits(samples, limits));
    return (row) => {
      const isBelow = least.some((value, index) => (row.at(index - least.length) ?? 0) < value);
      return (isBelow ? unsureShare : 1) * score(row.slice(0, row.length - least.length));
    };
  };
}

export function withoutLimits(samples: Samples, limits: readonly Limit[]): Samples {
  return { ...samples, rows: samples.rows.map((row) => row.slice(0, row.length - limits.length)) };
}

function weightedQuantile(values: readonly { value: number; weight: number }[], share: number): number {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const whole = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  for (const { value, weight } of sorted) {
    below += weight;
    if (below >= share * whole) return value;
  }
  return 0;
}
