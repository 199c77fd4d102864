import { type Samples, sigmoid } from './samples.ts';

/** Weights of the features and, last, the constant. */
export type LogisticModel = readonly number[];

const steps = 25;
const enough = 1e-6;

/**
 * Logistic regression with a ridge, by Newton's method. The constant is not held back.
 *
 * @param ridge what the square of a weight costs, against a loss summed over rows of mean weight 1
 */
export function fitLogistic({ rows, labels, weights }: Samples, ridge: number): LogisticModel {
  const width = (rows[0]?.length ?? 0) + 1;
  const extended = rows.map((row) => Float64Array.of(...row, 1));
  let model: number[] = new Array(width).fill(0);
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(width);
    const curvature = Array.from({ length: width }, () => new Float64Array(width));
    for (const [index, row] of extended.entries()) {
      const weight = weights[index] ?? 1;
      const chance = logisticScore(model, rows[index] ?? []);
      const error = weight * (chance - (labels[index] ?? 0));
      const spread = weight * Math.max(1e-6, chance * (1 - chance));
      for (let i = 0; i < width; i++) {
        const value = row[i] as number;
        gradient[i] = (gradient[i] as number) + error * value;
        const line = curvature[i] as Float64Array;
        for (let j = 0, share = spread * value; j <= i; j++) line[j] = (line[j] as number) + share * (row[j] as number);
      }
    }
    for (let i = 0; i < width; i++) {
      const cost = i < width - 1 ? ridge : 1e-9;
      gradient[i] = (gradient[i] as number) + cost * (model[i] ?? 0);
      const line = curvature[i] as Float64Array;
      line[i] = (line[i] as number) + cost;
    }
    const move = solveCholesky(curvature, gradient);
    model = model.map((value, index) => value - (move[index] ?? 0));
    if (move.every((value) => Math.abs(value) < enough)) break;
  }
  return model;
}

/** @returns 0..1 */
export function logisticScore(model: LogisticModel, row: readonly number[]): number {
  let sum = model[row.length] ?? 0;
  for (let i = 0; i < row.length; i++) sum += (model[i] as number) * (row[i] as number);
  return sigmoid(sum);
}

/** Solves a symmetric, positive definite system; only the lower triangle is read, and it is overwritten. */
function solveCholesky(matrix: readonly Float64Array[], vector: Float64Array): number[] {
  const size = vector.length;
  const at = (i: number, j: number) => (matrix[i] as Float64Array)[j] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      (matrix[i] as Float64Array)[j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / at(j, j);
    }
  }
  const solution = Array.from(vector);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] = (solution[i] as number) - at(i, k) * (solution[k] as number);
    solution[i] = (solution[i] as number) / at(i, i);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i] = (solution[i] as number) - at(k, i) * (solution[k] as number);
    solution[i] = (solution[i] as number) / at(i, i);
  }
  return solution;
}
