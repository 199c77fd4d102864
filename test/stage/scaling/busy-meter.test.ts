import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BusyMeter } from '../../../src/stage/scaling/busy-meter.ts';
import { FrameCost } from '../../../src/stage/scaling/frame-cost.ts';

function timed() {
  let nowMs = 0;
  const meter = new BusyMeter(() => nowMs);
  const begin = (capacity: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = meter.measure(capacity, () => promise);
    return async () => {
      resolve();
      await done;
    };
  };
  return { meter, begin, pass: (ms: number) => (nowMs += ms) };
}

test('a worker with nothing in hand is not busy, one with a frame is, for as long as it has it', async () => {
  const { meter, begin, pass } = timed();
  pass(1000);
  const end = begin(1);
  pass(500);
  await end();
  pass(1000);
  assert.deepEqual(meter.take(), { frames: 1, busyMs: 500 });
  assert.deepEqual(meter.take(), { frames: 0, busyMs: 0 });
});

test('a worker that takes two frames at once is half busy with one of them', async () => {
  const { meter, begin, pass } = timed();
  const first = begin(2);
  pass(100);
  const second = begin(2);
  pass(100);
  await first();
  pass(100);
  await second();
  assert.deepEqual(meter.take(), { frames: 2, busyMs: 200 });
});

test('a frame in hand counts while it lasts, and once only', async () => {
  const { meter, begin, pass } = timed();
  const end = begin(1);
  pass(300);
  assert.deepEqual(meter.take(), { frames: 0, busyMs: 300 });
  pass(200);
  await end();
  assert.deepEqual(meter.take(), { frames: 1, busyMs: 200 });
});

test('what a frame costs follows a model that becomes slower, within some frames', () => {
  const cost = new FrameCost();
  assert.equal(cost.secondsPerFrame, undefined);
  for (let i = 0; i < 10; i++) cost.add({ frames: 10, busyMs: 1000 });
  assert.ok(Math.abs((cost.secondsPerFrame ?? 0) - 0.1) < 1e-9);
  for (let i = 0; i < 15; i++) cost.add({ frames: 10, busyMs: 5000 });
  assert.ok((cost.secondsPerFrame ?? 0) > 0.48);
});
