/**
 * Area under the curve of true over false alarms: the chance that a positive scores higher than a negative; a tie is half of one.
 *
 * @param weights of the samples, where they do not all weigh the same
 */
export function areaUnderCurve(
  scores: readonly number[],
  labels: readonly number[],
  weights?: readonly number[],
): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [area, positives, negatives] = [0, 0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    let [positive, negative] = [0, 0];
    for (; end < order.length && scores[order[end] as number] === scores[order[start] as number]; end++) {
      const index = order[end] as number;
      if (labels[index] === 1) positive += weights?.[index] ?? 1;
      else negative += weights?.[index] ?? 1;
    }
    area += positive * (negatives + negative / 2);
    positives += positive;
    negatives += negative;
  }
  return area / (positives * negatives);
}

/** Recall where few false alarms are allowed: the mean over all thresholds at which at least one and at most `share` of the negatives are called. */
export function recallBelow(scores: readonly number[], labels: readonly number[], share: number): number {
  const negatives = labels.filter((label) => label !== 1).length;
  const steps = Array.from({ length: Math.max(1, Math.floor(share * negatives)) }, (_, step) => (step + 1) / negatives);
  return steps.reduce((sum, step) => sum + recallAt(scores, labels, step + 1e-9).recall, 0) / steps.length;
}

/** The share of positives above the highest threshold at which no more than `share` of the negatives are. */
export function recallAt(
  scores: readonly number[],
  labels: readonly number[],
  share: number,
): { recall: number; threshold: number } {
  const negatives = scores.filter((_, index) => labels[index] !== 1).sort((a, b) => b - a);
  const threshold = negatives[Math.floor(share * negatives.length)] ?? 0;
  const positives = scores.filter((_, index) => labels[index] === 1);
  return { recall: positives.filter((score) => score > threshold).length / positives.length, threshold };
}

/** The share of positives that are called for each share of negatives that are, along the threshold. */
export function falseAlarmCurve(
  scores: readonly number[],
  labels: readonly number[],
): [falseAlarms: number, recall: number][] {
  return [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1].map((share) => [
    share,
    share >= 1 ? 1 : recallAt(scores, labels, share).recall,
  ]);
}
