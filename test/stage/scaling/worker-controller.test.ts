import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkerController } from '../../../src/stage/scaling/worker-controller.ts';
import { workersToKeepUp } from '../../../src/stage/scaling/worker-need.ts';

interface World {
  seconds: number;
  framesPerSecond: (second: number) => number;
  secondsPerFrame: (second: number) => number;
  limits?: { min: number; max: number; targetLoad: number };
  startLag?: number;
}

/** A log and workers that start in two seconds, a second at a time. */
function simulate({ seconds, framesPerSecond, secondsPerFrame, limits, startLag = 0 }: World) {
  const controller = new WorkerController(limits ?? { min: 1, max: 20, targetLoad: 0.8 });
  const history: { wanted: number; lag: number }[] = [];
  let lag = startLag;
  for (let second = 0; second < seconds; second++) {
    const running = history[second - 2]?.wanted ?? controller.wanted;
    const [inPerSecond, cost] = [framesPerSecond(second), secondsPerFrame(second)];
    lag = Math.max(0, lag + inPerSecond - running / cost);
    const wanted = controller.saw({ atMs: second * 1000, inPerSecond, secondsPerFrame: cost, lagRecords: lag });
    history.push({ wanted, lag });
  }
  return history;
}

function changes(history: readonly { wanted: number }[]): number[] {
  const all = history.map(({ wanted }) => wanted);
  return all.filter((wanted, index) => index === 0 || wanted !== all[index - 1]);
}

/** The same numbers on every run: noise that a test can rely on. */
function noise(second: number): number {
  const spread = Math.sin(second * 12.9898) * 43_758.5453;
  return (spread - Math.floor(spread)) * 2 - 1;
}

test('the sum: frames per second × seconds per frame ÷ target load', () => {
  assert.equal(workersToKeepUp(10, 0.5, 1), 5);
  assert.equal(workersToKeepUp(10, 0.5, 0.8), 6.25);
});

test('a step in load is met within seconds, and its end is met after half a minute of calm', () => {
  const history = simulate({
    seconds: 200,
    framesPerSecond: (s) => (s >= 20 && s < 80 ? 10 : 1),
    secondsPerFrame: () => 0.5,
  });
  assert.equal(history[19]?.wanted, 1);
  assert.ok((history[30]?.wanted ?? 0) >= 7, `${history[30]?.wanted}`);
  assert.ok(history.slice(60, 80).every(({ lag }) => lag < 10));
  assert.ok((history[100]?.wanted ?? 0) >= 7, 'not before its time');
  assert.equal(history[199]?.wanted, 1);
});

test('noise around the edge of two numbers of workers makes it settle on one', () => {
  // 6.4 ± 0.6 workers: between 6 and 7.
  const framesPerSecond = (second: number) => (6.4 + 0.6 * noise(second)) * 1.6;
  const history = simulate({ seconds: 600, framesPerSecond, secondsPerFrame: () => 0.5 });
  const settled = changes(history.slice(60));
  assert.ok(settled.length <= 3, `wanted ${settled.join(', ')}`);
});

test('a burst shorter than the log can take up starts nobody', () => {
  const history = simulate({
    seconds: 60,
    framesPerSecond: (s) => (s === 30 || s === 31 ? 20 : 1),
    secondsPerFrame: () => 0.5,
  });
  assert.ok(changes(history).length <= 3);
  assert.ok(Math.max(...history.map(({ wanted }) => wanted)) <= 2);
});

test('a model that becomes slower gets more workers', () => {
  const history = simulate({ seconds: 120, framesPerSecond: () => 10, secondsPerFrame: (s) => (s < 60 ? 0.05 : 0.4) });
  assert.equal(history[59]?.wanted, 1);
  assert.ok((history[119]?.wanted ?? 0) >= 5);
});

test('a backlog of a minute is drained, and then the workers that drained it are let go', () => {
  const history = simulate({ seconds: 240, framesPerSecond: () => 10, secondsPerFrame: () => 0.5, startLag: 480 });
  const drainedAt = history.findIndex(({ lag }) => lag < 10);
  assert.ok(drainedAt > 0 && drainedAt < 90, `drained after ${drainedAt} s`);
  assert.ok(Math.max(...history.map(({ wanted }) => wanted)) >= 8);
  assert.equal(history.at(-1)?.wanted, 7);
  assert.ok(changes(history.slice(drainedAt + 60)).length <= 1);
});

test('more than the most allowed is never wanted, nor fewer than the least', () => {
  const limits = { min: 2, max: 4, targetLoad: 0.8 };
  const loaded = simulate({ seconds: 60, framesPerSecond: () => 100, secondsPerFrame: () => 1, limits });
  assert.equal(loaded.at(-1)?.wanted, 4);
  const idle = simulate({ seconds: 60, framesPerSecond: () => 0, secondsPerFrame: () => 1, limits });
  assert.ok(idle.every(({ wanted }) => wanted === 2));
});

test('before a frame is done nothing is known, and nothing changes', () => {
  const controller = new WorkerController({ min: 1, max: 9, targetLoad: 0.8 }, 3);
  for (let second = 0; second < 60; second++)
    assert.equal(
      controller.saw({ atMs: second * 1000, inPerSecond: 50, secondsPerFrame: undefined, lagRecords: 5000 }),
      3,
    );
});
