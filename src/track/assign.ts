/**
 * Pairs rows with columns so that the sum of costs is least, every row or column used once at most (the Hungarian
 * method with potentials, O(n³)). A pair that costs `limit` or more is left out: both stay alone.
 *
 * @returns the pairs, by row
 */
export function assign(costs: readonly (readonly number[])[], limit: number): [row: number, column: number][] {
  const columns = costs[0]?.length ?? 0;
  if (columns === 0) return [];
  // A square with one way out for each row: to stay alone costs the limit.
  const square = costs.map((row) => [...row.map((cost) => Math.min(cost, limit)), ...costs.map(() => limit)]);
  const columnOfRow = leastCostColumns(square);
  const pairs: [number, number][] = [];
  for (const [row, column] of columnOfRow.entries()) {
    if (column < columns && (costs[row]?.[column] ?? limit) < limit) pairs.push([row, column]);
  }
  return pairs;
}

/** @param costs at least as many columns as rows */
function leastCostColumns(costs: readonly (readonly number[])[]): number[] {
  const columns = costs[0]?.length ?? 0;
  const rowPotential = new Float64Array(costs.length + 1);
  const columnPotential = new Float64Array(columns + 1);
  /** Row of each column, counted from 1; 0 is none. */
  const rowOf = new Int32Array(columns + 1);
  const cost = (row: number, column: number) => costs[row - 1]?.[column - 1] ?? 0;
  for (let row = 1; row <= costs.length; row++) {
    augment({ row, columns, cost, rowOf, rowPotential, columnPotential });
  }
  const columnOf = new Array<number>(costs.length).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = rowOf[column] ?? 0;
    if (row > 0) columnOf[row - 1] = column - 1;
  }
  return columnOf;
}

interface Augmenting {
  row: number;
  columns: number;
  cost: (row: number, column: number) => number;
  rowOf: Int32Array;
  rowPotential: Float64Array;
  columnPotential: Float64Array;
}

/** Finds a column for one more row along the cheapest path, and moves the rows on the path. */
function augment({ row, columns, cost, rowOf, rowPotential, columnPotential }: Augmenting): void {
  const cameFrom = new Int32Array(columns + 1);
  const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  const isUsed = new Uint8Array(columns + 1);
  rowOf[0] = row;
  let column = 0;
  do {
    isUsed[column] = 1;
    const from = rowOf[column] ?? 0;
    let [delta, next] = [Number.POSITIVE_INFINITY, 0];
    for (let to = 1; to <= columns; to++) {
      if (isUsed[to]) continue;
      const reduced = cost(from, to) - (rowPotential[from] ?? 0) - (columnPotential[to] ?? 0);
      if (reduced < (least[to] ?? 0)) [least[to], cameFrom[to]] = [reduced, column];
      if ((least[to] ?? 0) < delta) [delta, next] = [least[to] ?? 0, to];
    }
    for (let to = 0; to <= columns; to++) {
      if (isUsed[to]) {
        const used = rowOf[to] ?? 0;
        rowPotential[used] = (rowPotential[used] ?? 0) + delta;
        columnPotential[to] = (columnPotential[to] ?? 0) - delta;
      } else least[to] = (least[to] ?? 0) - delta;
    }
    column = next;
  } while (rowOf[column] !== 0);
  while (column !== 0) {
    const previous = cameFrom[column] ?? 0;
    rowOf[column] = rowOf[previous] ?? 0;
    column = previous;
  }
}
