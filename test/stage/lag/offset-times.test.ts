import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CounterRate } from '../../../src/stage/lag/counter-rate.ts';
import { OffsetTimes } from '../../../src/stage/lag/offset-times.ts';

test('the time of an offset lies between the looks at the end of the log', () => {
  const times = new OffsetTimes();
  times.add(100, 1000);
  times.add(110, 2000);
  times.add(110, 3000);
  times.add(130, 4000);
  assert.equal(times.timeOf(104), 1500);
  assert.equal(times.timeOf(109), 2000);
  // Nothing came between 2000 and 3000.
  assert.equal(times.timeOf(119), 3500);
  assert.equal(times.timeOf(99), undefined);
  assert.equal(times.timeOf(130), 4000);
});

test('looks at older times put an age on what lay there before', () => {
  const times = new OffsetTimes();
  times.add(1000, 100_000);
  times.add(900, 90_000);
  times.add(0, 10_000);
  assert.equal(times.timeOf(899), 90_000);
  assert.ok(Math.abs((times.timeOf(449) ?? 0) - 50_000) < 1);
});

test('a day of looks takes little room and stays true to a few per cent of an age', () => {
  const times = new OffsetTimes();
  for (let second = 0; second <= 86_400; second++) times.add(second * 10, second * 1000);
  assert.ok(times.size < 1100, `${times.size} looks kept`);
  for (const age of [10, 600, 7200, 80_000]) {
    const error = Math.abs((times.timeOf((86_400 - age) * 10 - 1) ?? 0) - (86_400 - age) * 1000) / 1000;
    assert.ok(error < age * 0.03 + 1, `an age of ${age} s is off by ${error} s`);
  }
});

test('what every group has read is forgotten', () => {
  const times = new OffsetTimes();
  for (let second = 0; second <= 100; second++) times.add(second * 10, second * 1000);
  times.forgetBefore(905);
  assert.equal(times.size, 11);
  assert.equal(times.timeOf(905), 90_600);
});

test('a rate is that of the last seconds, and starts anew when a counter falls', () => {
  const rate = new CounterRate(10_000);
  assert.equal(rate.perSecond, 0);
  for (let second = 0; second <= 20; second++) rate.look(second < 10 ? 0 : (second - 10) * 5, second * 1000);
  assert.equal(rate.perSecond, 5);
  rate.look(3, 21_000);
  assert.equal(rate.perSecond, 0);
  rate.look(10, 22_000);
  assert.equal(rate.perSecond, 7);
});
