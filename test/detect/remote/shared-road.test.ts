import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedRoad } from '../../../src/detect/remote/shared-road.ts';
import { settle } from '../../support/fake-clock.ts';

function make() {
  const road = new SharedRoad();
  const underWay = new Set<string>();
  const arrive = new Map<string, () => void>();
  const start = (name: string, alone = false) =>
    road.run({ alone }, () => {
      underWay.add(name);
      return new Promise<void>((resolve) => arrive.set(name, resolve)).finally(() => underWay.delete(name));
    });
  const end = async (name: string) => {
    arrive.get(name)?.();
    await settle();
  };
  return { underWay, start, end };
}

test('many go at once; one that must be alone waits for them, and those behind wait for it', async () => {
  const { underWay, start, end } = make();
  for (const name of ['a', 'b']) start(name);
  start('suspect', true);
  for (const name of ['c', 'd']) start(name);
  await settle();
  assert.deepEqual([...underWay], ['a', 'b']);
  await end('b');
  assert.deepEqual([...underWay], ['a']);
  await end('a');
  assert.deepEqual([...underWay], ['suspect']);
  await end('suspect');
  assert.deepEqual([...underWay], ['c', 'd']);
});

test('two that must be alone go one after the other', async () => {
  const { underWay, start, end } = make();
  start('first', true);
  start('second', true);
  await settle();
  assert.deepEqual([...underWay], ['first']);
  await end('first');
  assert.deepEqual([...underWay], ['second']);
});

test('a failure frees the road', async () => {
  const road = new SharedRoad();
  await assert.rejects(
    road.run({ alone: true }, () => Promise.reject(new Error('lost'))),
    /lost/,
  );
  assert.equal(await road.run({ alone: true }, async () => 7), 7);
});
