import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEvents } from '../../src/store/event-queries.ts';
import { openStore } from '../../src/store/open-store.ts';
import { storeEvents } from '../../src/store/store-events.ts';
import type { Store } from '../../src/store/tables.ts';
import { Random } from '../stage/order/random.ts';
import { event, range } from './events.ts';

async function withEvents(ns: readonly number[]): Promise<Store> {
  const store = await openStore(':memory:');
  await storeEvents(
    store,
    ns.map((n) => event(n)),
    1,
  );
  return store;
}

test('pages go on exactly behind each other while events come, at any place', async () => {
  const random = new Random(3);
  const store = await withEvents(range(40).map((n) => 2 * n));
  const seen: number[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; cursor !== null; page++) {
    const { items, next } = await findEvents(store, { limit: random.between(1, 9), ...(cursor ? { cursor } : {}) });
    seen.push(...items.map((each) => each.event.frame));
    cursor = next;
    // Odd ones come late, before and behind what was seen.
    await storeEvents(store, [event(2 * random.between(0, 39) + 1), event(1001 + 2 * page)], 1);
  }
  assert.deepEqual(
    seen.filter((n) => n % 2 === 0),
    range(40)
      .map((n) => 2 * n)
      .toReversed(),
  );
  assert.deepEqual(
    seen,
    [...new Set(seen)].toSorted((a, b) => b - a),
    'in order, none twice',
  );
  await store.destroy();
});

test('filters narrow what is found', async () => {
  const store = await withEvents(range(9));
  await storeEvents(store, [event(100, { camera: 'gate' })], 1);
  const find = async (filter: Partial<Parameters<typeof findEvents>[1]>) =>
    (await findEvents(store, { limit: 99, ...filter })).items.map(({ event: { frame } }) => frame);
  assert.deepEqual(await find({ camera: 'gate' }), [100]);
  assert.deepEqual(await find({ types: ['track-began', 'track-ended'], camera: 'yard' }), [8, 6, 5, 3, 2, 0]);
  assert.deepEqual(await find({ zone: 'door', camera: 'yard' }), [7, 4, 1]);
  assert.deepEqual(await find({ sinceUs: event(2).atUs, untilUs: event(5).atUs }), [4, 3, 2]);
  assert.deepEqual(await find({ track: event(3).track }), [5, 4, 3]);
  assert.deepEqual(await find({ person: 'nobody' }), []);
  await store.destroy();
});
