import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AskingPace } from '../../../src/stage/order/asking-pace.ts';

test('how far a group is gets asked at once, and always while no result comes', () => {
  const pace = new AskingPace();
  assert.deepEqual(
    [7, 7, 7].map((ticket) => pace.isDue('people@1', ticket)),
    [true, true, true],
  );
});

test('while results keep coming it is asked at every fifth look, and again once they stop', () => {
  const pace = new AskingPace();
  pace.isDue('people@1', 0);
  const asked = Array.from({ length: 12 }, (_, look) => pace.isDue('people@1', look + 1));
  assert.deepEqual(
    asked.flatMap((isDue, look) => (isDue ? [look + 1] : [])),
    [5, 10],
  );
  assert.equal(pace.isDue('people@1', 12), true, 'nothing has come since');
});

test('each detector has a pace of its own', () => {
  const pace = new AskingPace();
  assert.equal(pace.isDue('people@1', 3), true);
  assert.equal(pace.isDue('cars@1', 9), true);
  assert.equal(pace.isDue('people@1', 4), false);
});
