import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Placed, scoreIdentities } from '../../bench/quality/identity-scores.ts';

const at = (x: number) => ({ x, y: 0, width: 40, height: 100 });
const frames = (...placed: Record<string, number>[]): Placed[] =>
  placed.map((each) => new Map(Object.entries(each).map(([name, x]) => [name, at(x)])));

test('one track for one person all the time is perfect', () => {
  const labels = frames({ ann: 0, bob: 300 }, { ann: 10, bob: 290 }, { ann: 20, bob: 280 });
  const tracks = frames({ 1: 2, 2: 300 }, { 1: 10, 2: 288 }, { 1: 21, 2: 280 });
  assert.deepEqual(scoreIdentities(labels, tracks), {
    ...{ idf1: 1, switches: 0, labelled: 6, found: 6, covered: 6, idf1IfNeverMixed: 1 },
  });
});

test('numbers that change places are two switches, and half of it is right', () => {
  const labels = frames({ ann: 0, bob: 300 }, { ann: 0, bob: 300 });
  const tracks = frames({ 1: 0, 2: 300 }, { 2: 0, 1: 300 });
  assert.deepEqual(scoreIdentities(labels, tracks), {
    ...{ idf1: 0.5, switches: 2, labelled: 4, found: 4, covered: 4, idf1IfNeverMixed: 1 },
  });
});

test('what is nobody counts against it', () => {
  const { idf1, switches } = scoreIdentities(frames({ ann: 0 }), frames({ 1: 0, 2: 500 }));
  assert.deepEqual([idf1, switches], [2 / 3, 0]);
});
