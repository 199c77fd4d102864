import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FineWallClock } from '../../src/base/clock.ts';

function clockAt(nowMs: number) {
  const system = { now: nowMs, monotonic: 1000.25 };
  const clock = new FineWallClock({ nowMs: () => system.now, monotonicMs: () => system.monotonic });
  const pass = (ms: number) => {
    system.monotonic += ms;
    system.now += ms;
  };
  return { system, clock, pass };
}

test('between two milliseconds the wall clock goes on with the monotonic one', () => {
  const { system, clock, pass } = clockAt(50_000);
  pass(7);
  system.monotonic += 0.4;
  assert.equal(clock.nowUs(), 50_007_400);
});

test('a little more or less of the system clock does not make the wall clock jump', () => {
  const { system, clock, pass } = clockAt(50_000);
  system.now += 31;
  pass(1);
  assert.equal(clock.nowUs(), 50_001_000);
});

for (const hours of [-1, 1]) {
  test(`the wall clock goes with a system clock that is set by ${hours} h, and runs on from there`, () => {
    const { system, clock, pass } = clockAt(90_000_000);
    system.now += hours * 3_600_000;
    assert.equal(clock.nowUs(), (90_000_000 + hours * 3_600_000) * 1000);
    pass(11);
    assert.equal(clock.nowUs(), (90_000_011 + hours * 3_600_000) * 1000);
  });
}
