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
  system.monotonic += 0.375;
  assert.equal(clock.nowUs(), 50_007_375);
});

test('the wall clock stays in the millisecond of the system clock, though the monotonic one runs at another speed', () => {
  for (const speed of [0.9995, 1, 1.0005]) {
    const { system, clock } = clockAt(50_000);
    let [real, before] = [50_000, 0];
    for (let step = 0; step < 4001; step++) {
      real += 0.7;
      system.now = Math.floor(real);
      system.monotonic += 0.7 * speed;
      const us = clock.nowUs();
      assert.equal(Math.floor(us / 1000), system.now);
      assert.ok(us >= before, `${us} after ${before}`);
      before = us;
    }
  }
});

for (const hours of [-1, 1]) {
  test(`the wall clock goes with a system clock that is set by ${hours} h, and runs on from there`, () => {
    const { system, clock, pass } = clockAt(90_000_000);
    system.now += hours * 3_600_000;
    assert.equal(Math.floor(clock.nowUs() / 1000), 90_000_000 + hours * 3_600_000);
    pass(11);
    assert.equal(Math.floor(clock.nowUs() / 1000), 90_000_011 + hours * 3_600_000);
  });
}
