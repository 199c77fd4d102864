/** What a learner learns from: as many labels and weights as rows, rows of one length. */
export interface Samples {
  rows: readonly (readonly number[])[];
  /** 1 or 0. */
  labels: readonly number[];
  weights: readonly number[];
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
