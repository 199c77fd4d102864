import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignPartitions, type MemberClaim } from '../../../src/stage/kafka/sticky-assignment.ts';
import { Random } from '../../broker/random.ts';

const topics = ['frames'];

/** Members with what they own, in one generation. */
function members(owned: Record<string, readonly number[]>, generation = 1): MemberClaim[] {
  return Object.entries(owned).map(([memberId, partitions]) => ({
    memberId,
    topics,
    owned: partitions.map((partition) => ({ topic: 'frames', partition })),
    generation: partitions.length > 0 ? generation : -1,
  }));
}

function assigned(claims: readonly MemberClaim[], count: number): Record<string, number[]> {
  const shares = assignPartitions(claims, new Map([['frames', count]]));
  return Object.fromEntries([...shares].map(([id, each]) => [id, each.map(({ partition }) => partition)]));
}

test('a first member takes everything, and nothing moves while nobody comes or goes', () => {
  assert.deepEqual(assigned(members({ a: [] }), 5), { a: [0, 1, 2, 3, 4] });
  const even = { a: [0, 2, 4], b: [1, 3] };
  assert.deepEqual(assigned(members(even), 5), even);
});

test('what moves to a new member is first taken from its holder, and given only in the next round', () => {
  const first = assigned(members({ a: [0, 1, 2, 3, 4], b: [] }), 5);
  assert.deepEqual(first, { a: [0, 1, 2], b: [] });
  assert.deepEqual(assigned(members({ a: first.a ?? [], b: [] }, 2), 5), { a: [0, 1, 2], b: [3, 4] });
});

test('of two who claim a partition the newer generation holds it; of the same generation neither does', () => {
  const stale = [...members({ a: [0, 1] }, 3), ...members({ b: [0, 1] }, 4)];
  assert.deepEqual(assigned(stale, 2), { a: [], b: [0] });
  const equal = [...members({ a: [0] }, 4), ...members({ b: [0] }, 4)];
  assert.deepEqual(assigned(equal, 1), { a: [0], b: [] });
});

test('for any group it ends even, complete and without two holders, and no partition ever has two on the way', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const count = 1 + random.below(13);
    let owned: Record<string, readonly number[]> = {};
    for (let change = 0; change < 6; change++) {
      const ids = Array.from({ length: 1 + random.below(6) }, (_, i) => `m${(i + random.below(3)) % 7}`);
      owned = Object.fromEntries([...new Set(ids)].map((id) => [id, owned[id] ?? []]));
      for (let round = 0; round < 3; round++) {
        const before = owned;
        owned = assigned(members(before, change * 3 + round), count);
        const held = Object.entries(before).flatMap(([id, each]) => each.map((partition) => [partition, id] as const));
        const holder = new Map(held);
        for (const [id, each] of Object.entries(owned)) {
          for (const partition of each) assert.equal(holder.get(partition) ?? id, id, `seed ${seed}`);
        }
      }
      const sizes = Object.values(owned).map(({ length }) => length);
      const all = Object.values(owned)
        .flat()
        .sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: count }, (_, partition) => partition),
        `seed ${seed}`,
      );
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `seed ${seed}: ${sizes}`);
    }
  }
});
