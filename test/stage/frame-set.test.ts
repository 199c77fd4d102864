import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameSet } from '../../src/stage/frame-set.ts';

/** The same numbers at every run. */
function randomNumbers(seed: number, count: number, below: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  });
}

test('a set holds what was added, in any order, and comes back from what was saved', () => {
  for (const seed of [1, 7, 13]) {
    const numbers = randomNumbers(seed, 3001, 5000);
    const set = new FrameSet();
    const known = new Set<number>();
    for (const number of numbers) {
      assert.equal(set.add(number), !known.has(number));
      known.add(number);
    }
    const restored = FrameSet.from(JSON.parse(JSON.stringify(set.save())));
    for (const each of [set, restored]) {
      assert.equal(each.size, known.size);
      for (let number = 0; number < 5003; number++) assert.equal(each.has(number), known.has(number));
    }
  }
});

test('numbers in order take no room, whatever their order was inside a stretch', () => {
  const set = new FrameSet();
  for (let start = 0; start < 100_000; start += 100) {
    for (let number = start + 99; number >= start; number--) set.add(number);
  }
  assert.deepEqual(set.save(), { below: 100_000, beyond: [] });
});

test('an intersection counts what is in all sets, near the mark and far from it', () => {
  for (const seed of [3, 5, 11]) {
    const sets = [0, 1, 2].map((index) => {
      const set = new FrameSet();
      for (let number = 0; number < 333 * index; number++) set.add(number);
      for (const number of randomNumbers(seed + index, 2500, 4096)) set.add(number);
      return set;
    });
    let expected = 0;
    for (let number = 0; number < 4096; number++) if (sets.every((set) => set.has(number))) expected++;
    assert.equal(FrameSet.sizeOfIntersection(sets), expected);
  }
  assert.equal(FrameSet.sizeOfIntersection([new FrameSet(), undefined]), 0);
});
