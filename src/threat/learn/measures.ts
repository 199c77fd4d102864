/** Area under the curve of true over false alarms: the chance that a positive scores higher than a negative. */
export function areaUnderCurve(scores: readonly number[], labels: readonly number[]): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [ranks, positives] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end++;
    for (let place = start; place < end; place++) {
      if (labels[order[place] as number] !== 1) continue;
      ranks += (start + end + 1) / 2;
      positives++;
    }
    start = end;
  }
  const negatives = scores.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
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
