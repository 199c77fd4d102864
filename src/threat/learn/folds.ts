import { randomFrom, shuffled } from './random.ts';

/**
 * Parts groups into folds so that each holds about as many of either label: the largest groups first, each to the fold
 * that it unbalances least. No group is parted.
 *
 * @returns the fold of each group
 */
export function groupedFolds(
  groups: ReadonlyMap<string, readonly number[]>,
  folds: number,
  seed: number,
): Map<string, number> {
  const order = shuffled([...groups], randomFrom(seed)).sort((a, b) => b[1].length - a[1].length);
  const counts = Array.from({ length: folds }, () => [0, 0] as [number, number]);
  const chosen = new Map<string, number>();
  for (const [name, labels] of order) {
    const positives = labels.filter((label) => label === 1).length;
    const added = [labels.length - positives, positives] as const;
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (const [fold, [negative, positive]] of counts.entries()) {
      const cost = (negative + added[0]) ** 2 - negative ** 2 + (positive + added[1]) ** 2 - positive ** 2;
      if (cost < least) [best, least] = [fold, cost];
    }
    const count = counts[best] as [number, number];
    count[0] += added[0];
    count[1] += added[1];
    chosen.set(name, best);
  }
  return chosen;
}
