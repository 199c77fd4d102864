/** For each feature its values at evenly spaced ranks of the training rows. */
export type RankScale = readonly (readonly number[])[];

const knots = 21;
/** Normal scores are cut off here: what lies beyond all that was ever seen counts as the farthest that was seen. */
const farthest = 2;

export function fitRankScale(rows: readonly (readonly number[])[]): RankScale {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, column) => {
    const sorted = rows.map((row) => row[column] ?? 0).sort((a, b) => a - b);
    return Array.from(
      { length: knots },
      (_, knot) => sorted[Math.round((knot / (knots - 1)) * (sorted.length - 1))] ?? 0,
    );
  });
}

/** Replaces each value by the normal score of its rank among the training rows: no unit, no outlier. */
export function toNormalScores(scale: RankScale, row: readonly number[]): number[] {
  return scale.map((edges, column) => normalScore(rankIn(edges, row[column] ?? 0)));
}

/** 0..1; equal edges share the middle of their ranks. */
function rankIn(edges: readonly number[], value: number): number {
  let [below, upTo] = [0, 0];
  for (const edge of edges) {
    if (edge < value) below++;
    if (edge <= value) upTo++;
  }
  if (upTo > below) return (below + upTo - 1) / 2 / (edges.length - 1);
  if (below === 0 || below === edges.length) return below === 0 ? 0 : 1;
  const [low, high] = [edges[below - 1] ?? 0, edges[below] ?? 0];
  return (below - 1 + (value - low) / (high - low)) / (edges.length - 1);
}

/** The inverse of the normal distribution function, by the logistic curve that is nearest to it. */
function normalScore(rank: number): number {
  const held = Math.max(0.005, Math.min(0.995, rank));
  return Math.max(-farthest, Math.min(farthest, Math.log(held / (1 - held)) / 1.702));
}
