import { randomFrom } from './random.ts';
import type { Samples } from './samples.ts';

/**
 * One tree, its nodes in a row: [feature, threshold, left, right] of a split (left where the value is less), [−1, chance]
 * of a leaf; `left` and `right` are places in the row of nodes.
 */
export type Tree = readonly (readonly number[])[];
export type Forest = readonly Tree[];

export interface ForestSettings {
  trees: number;
  /** A leaf holds so much weight, where a row weighs 1 on average. */
  leastLeaf: number;
  /** Share of the features that are tried at each split. */
  tried: number;
  depth: number;
  seed: number;
}

/** Extremely randomised trees (Geurts, Ernst, Wehenkel 2006): thresholds are drawn, the best of the drawn splits is taken. */
export function fitExtraTrees(samples: Samples, settings: ForestSettings): Forest {
  const random = randomFrom(settings.seed);
  const all = samples.rows.map((_, index) => index);
  return Array.from({ length: settings.trees }, () => {
    const nodes: number[][] = [];
    grow(samples, settings, random, all, 0, nodes);
    return nodes;
  });
}

/** @returns the mean of the trees' leaves, 0..1 */
export function forestScore(forest: Forest, row: readonly number[]): number {
  let sum = 0;
  for (const tree of forest) {
    let node = tree[0];
    while (node && (node[0] as number) >= 0) {
      node = tree[(row[node[0] as number] as number) < (node[1] as number) ? (node[2] as number) : (node[3] as number)];
    }
    sum += node?.[1] ?? 0;
  }
  return sum / Math.max(1, forest.length);
}

function grow(
  samples: Samples,
  settings: ForestSettings,
  random: () => number,
  members: readonly number[],
  depth: number,
  nodes: number[][],
): number {
  const place = nodes.length;
  const node: number[] = [];
  nodes.push(node);
  const total = weigh(samples, members);
  const split =
    depth < settings.depth && total.positive > 0 && total.positive < total.weight
      ? bestSplit(samples, settings, random, members)
      : undefined;
  if (!split) {
    node.push(-1, round(total.positive / total.weight));
    return place;
  }
  const { feature, threshold } = split;
  const isLeft = (index: number) => (samples.rows[index]?.[feature] as number) < threshold;
  const left = grow(samples, settings, random, members.filter(isLeft), depth + 1, nodes);
  const right = grow(
    samples,
    settings,
    random,
    members.filter((index) => !isLeft(index)),
    depth + 1,
    nodes,
  );
  node.push(feature, threshold, left, right);
  return place;
}

interface Split {
  feature: number;
  threshold: number;
}

function bestSplit(
  { rows, labels, weights }: Samples,
  settings: ForestSettings,
  random: () => number,
  members: readonly number[],
): Split | undefined {
  const width = rows[0]?.length ?? 0;
  let best: Split | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let tried = Math.max(1, Math.round(width * settings.tried)); tried > 0; tried--) {
    const feature = Math.floor(random() * width);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const index of members) {
      const value = rows[index]?.[feature] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!(high > low)) continue;
    const threshold = round(low + random() * (high - low));
    if (threshold <= low || threshold > high) continue;
    let [weightLeft, positiveLeft, weightRight, positiveRight] = [0, 0, 0, 0];
    for (const index of members) {
      const weight = weights[index] as number;
      const positive = weight * (labels[index] as number);
      if ((rows[index]?.[feature] as number) < threshold) {
        weightLeft += weight;
        positiveLeft += positive;
      } else {
        weightRight += weight;
        positiveRight += positive;
      }
    }
    if (weightLeft < settings.leastLeaf || weightRight < settings.leastLeaf) continue;
    const impurity = gini(weightLeft, positiveLeft) + gini(weightRight, positiveRight);
    if (impurity < least) {
      least = impurity;
      best = { feature, threshold };
    }
  }
  return best;
}

function gini(weight: number, positive: number): number {
  return (positive * (weight - positive)) / weight;
}

function weigh({ labels, weights }: Samples, members: readonly number[]): { weight: number; positive: number } {
  let [weight, positive] = [0, 0];
  for (const index of members) {
    weight += weights[index] as number;
    positive += (weights[index] as number) * (labels[index] as number);
  }
  return { weight, positive };
}

/** Weights are kept as text: five digits are more than the data tell. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
