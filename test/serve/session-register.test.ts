import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import { CatchUp } from '../../src/serve/catch-up.ts';
import { SessionRegister } from '../../src/serve/session-register.ts';
import { statement } from './fake-log.ts';

const minuteUs = 60_000_000;

function registerOf(
  ...sessions: { camera: string; session: string; opened: number; stated: number }[]
): SessionRegister {
  const register = new SessionRegister();
  for (const { camera, session, opened, stated } of sessions) {
    register.add(statement({ camera, session, openedAtUs: opened * minuteUs, statedAtUs: stated * minuteUs }));
  }
  return register;
}

test('without any session there is nothing to count from', () => {
  assert.equal(new SessionRegister().countFromUs(), undefined);
});

test('counting goes back to the oldest session that is still its camera’s newest', () => {
  const register = registerOf(
    { camera: 'yard', session: '1', opened: 100, stated: 200 },
    { camera: 'entrance', session: '1', opened: 90, stated: 150 },
    { camera: 'entrance', session: '2', opened: 150, stated: 200 },
  );
  assert.equal(register.countFromUs(), 100 * minuteUs);
  assert.deepEqual(
    register
      .openedFrom(100 * minuteUs)
      .map(({ camera, session }) => `${camera}/${session}`)
      .sort(),
    ['entrance/2', 'yard/1'],
  );
});

test('a camera that was last heard of long before the others belongs to another run', () => {
  const register = registerOf(
    { camera: 'removed', session: '1', opened: 10, stated: 20 },
    { camera: 'entrance', session: '1', opened: 100, stated: 101 },
  );
  assert.equal(register.countFromUs(), 100 * minuteUs);
});

test('a session that was opened after the clock was set back is its camera’s newest, and of the last run', () => {
  const register = registerOf(
    { camera: 'yard', session: '1', opened: 100, stated: 160 },
    { camera: 'removed', session: '1', opened: 10, stated: 20 },
    { camera: 'yard', session: '2', opened: 101, stated: 70 },
  );
  assert.equal(register.countFromUs(), 101 * minuteUs);
  assert.equal(register.wasClockSetSince(100 * minuteUs), true);
  assert.equal(register.wasClockSetSince(102 * minuteUs), false);
});

test('an older statement read later changes nothing', () => {
  const register = registerOf(
    { camera: 'entrance', session: '1', opened: 1, stated: 5 },
    { camera: 'entrance', session: '1', opened: 1, stated: 4 },
  );
  assert.equal(register.find('entrance', '1')?.statedAtUs, 5 * minuteUs);
});

/** A clock that stands still until the test moves it. */
class TestClock implements Clock {
  #nowMs = 1_000;
  #timers = new Set<{ atMs: number; callback: () => void }>();

  nowMs = () => this.#nowMs;
  monotonicMs = () => this.#nowMs;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

function catchingUp() {
  const clock = new TestClock();
  let times = 0;
  const catchUp = new CatchUp({ clock, quietMs: 500, onCaughtUp: () => times++ });
  return { clock, catchUp, times: () => times };
}

test('a reader has caught up when it meets a record younger than itself, once', () => {
  const { clock, catchUp, times } = catchingUp();
  catchUp.saw(900);
  assert.equal(catchUp.isReadingHistory, true);
  catchUp.saw(1_001);
  catchUp.saw(1_002);
  clock.advance(10_000);
  assert.equal(catchUp.isReadingHistory, false);
  assert.equal(times(), 1);
});

test('a reader has caught up when nothing more comes, and not while old records still come', () => {
  const { clock, catchUp, times } = catchingUp();
  clock.advance(400);
  catchUp.saw(100);
  clock.advance(400);
  assert.equal(times(), 0);
  clock.advance(100);
  assert.equal(times(), 1);
});

test('a reader that is closed never says that it has caught up', () => {
  const { clock, catchUp, times } = catchingUp();
  catchUp.close();
  clock.advance(10_000);
  assert.equal(times(), 0);
});

test('two moments count the same when no session was opened between them', () => {
  const register = registerOf(
    { camera: 'yard', session: '1', opened: 100, stated: 200 },
    { camera: 'yard', session: '2', opened: 150, stated: 200 },
  );
  const same = (one: number, other: number) => register.countsSame(one * minuteUs, other * minuteUs);
  assert.deepEqual([same(90, 100), same(100, 90), same(101, 150), same(151, 300)], [true, true, true, true]);
  assert.deepEqual([same(90, 101), same(150, 100), same(0, 300)], [false, false, false]);
});
