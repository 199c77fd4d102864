import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import { DeadlineQueue } from '../../src/broker/deadline-queue.ts';
import { Random } from './random.ts';

/** A clock that moves when told, and counts the timers set on it. */
class HandClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get armed(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs);
    for (const { callback } of due) callback();
  }
}

test('deadlines come in the order of their times, whatever the order they were set in', () => {
  const clock = new HandClock();
  const queue = new DeadlineQueue(clock);
  const random = new Random(9);
  const came: number[] = [];
  const times = Array.from({ length: 500 }, () => random.below(1000));
  for (const time of times) queue.after(time, () => came.push(time));
  for (let i = 0; i < 110; i++) clock.advance(10);
  assert.deepEqual(
    came,
    [...times].sort((a, b) => a - b),
  );
});

test('any number of deadlines needs one timer', () => {
  const clock = new HandClock();
  const queue = new DeadlineQueue(clock);
  for (let i = 1000; i > 0; i--) queue.after(i, () => {});
  assert.equal(clock.armed, 1);
});

test('a cancelled deadline never comes, and cancelling again does nothing', () => {
  const clock = new HandClock();
  const queue = new DeadlineQueue(clock);
  const came: string[] = [];
  const cancelled = queue.after(5, () => came.push('cancelled'));
  queue.after(5, () => came.push('kept'));
  cancelled.cancel();
  cancelled.cancel();
  clock.advance(10);
  cancelled.cancel();
  assert.deepEqual(came, ['kept']);
  assert.equal(queue.size, 0);
});

test('cancelled deadlines do not pile up', () => {
  const clock = new HandClock();
  const queue = new DeadlineQueue(clock);
  const kept: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const deadline = queue.after(1000 + i, () => kept.push(i));
    if (i % 100 !== 0) deadline.cancel();
  }
  assert.equal(queue.size, 100);
  clock.advance(20_000);
  assert.equal(kept.length, 100);
  assert.deepEqual(
    kept,
    [...kept].sort((a, b) => a - b),
  );
});

test('a deadline may set the next one', () => {
  const clock = new HandClock();
  const queue = new DeadlineQueue(clock);
  let count = 0;
  const again = () => {
    if (++count < 5) queue.after(10, again);
  };
  queue.after(10, again);
  for (let i = 0; i < 10; i++) clock.advance(10);
  assert.equal(count, 5);
});
