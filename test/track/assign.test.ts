import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign } from '../../src/track/assign.ts';
import { Random } from '../stage/order/random.ts';

/** Every way to pair rows with columns, the cheapest wins; to leave a row alone costs the limit. */
function cheapest(costs: readonly (readonly number[])[], limit: number, used: readonly number[] = []): number {
  const [row, ...rest] = costs;
  if (!row) return 0;
  let best = limit + cheapest(rest, limit, used);
  for (const [column, cost] of row.entries()) {
    if (cost >= limit || used.includes(column)) continue;
    best = Math.min(best, cost + cheapest(rest, limit, [...used, column]));
  }
  return best;
}

test('the sum of costs is the least there is, over random tables', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const columns = random.between(1, 5);
    const costs = Array.from({ length: random.between(1, 5) }, () =>
      Array.from({ length: columns }, () => random.next()),
    );
    const limit = 0.3 + random.next();
    const pairs = assign(costs, limit);
    const paired = pairs.reduce((sum, [row, column]) => sum + (costs[row]?.[column] ?? 0), 0);
    const whole = paired + (costs.length - pairs.length) * limit;
    assert.ok(Math.abs(whole - cheapest(costs, limit)) < 1e-9, `seed ${seed}`);
    assert.equal(new Set(pairs.map(([, column]) => column)).size, pairs.length);
  }
});

test('what costs the limit or more stays alone', () => {
  assert.deepEqual(assign([[0.9], [0.2]], 0.5), [[1, 0]]);
  assert.deepEqual(assign([[0.5]], 0.5), []);
  assert.deepEqual(assign([], 1), []);
});
