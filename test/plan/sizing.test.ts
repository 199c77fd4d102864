import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { makePlan, type PlanInput } from '../../src/plan/sizing.ts';

const input: PlanInput = {
  cameras: [
    { id: 'gate', fps: 10, width: 1280, quality: 80, detectors: ['people'] },
    { id: 'yard', fps: 5, width: 640, quality: 80, detectors: ['people', 'cars'] },
  ],
  detectors: [
    { name: 'people', secondsPerFrame: 0.5, targetLoad: 1, maxWorkers: 6, usesCores: true },
    { name: 'cars', secondsPerFrame: 0.1, targetLoad: 0.5, maxWorkers: 4, usesCores: false },
  ],
  partitions: 12,
  retentionMs: 86_400_000,
  retentionBytes: 50e9,
  embed: true,
  replicas: 3,
  cores: 16,
  frameBytes: 100_000,
};

test('workers are frames per second × seconds per frame ÷ target load', () => {
  const [people, cars] = makePlan(input).detectors;
  assert.deepEqual([people?.framesPerSecond, people?.need, people?.workers, people?.cores], [15, 7.5, 8, 7.5]);
  assert.deepEqual([cars?.framesPerSecond, cars?.need, cars?.workers, cars?.cores], [5, 1, 1, 0]);
});

test('disk and network follow from frames, results and readers', () => {
  const plan = makePlan(input);
  // 15 frames/s of 100 kB in; 20 results/s that carry them, with their headers.
  const results = 20 * 100_700;
  assert.equal(plan.framesPerSecond, 15);
  assert.equal(plan.network.inBytesPerSecond, 1_500_000 + results);
  assert.equal(plan.network.outBytesPerSecond, 2 * 1_500_000 + results);
  assert.equal(plan.diskBytesPerDay, (1_500_000 + results) * 86_400);
  // Both topics reach 50 GB before a day is over, three times each.
  assert.equal(plan.diskBytesKept, 300e9);
});

test('names what breaks first, and how far it is from breaking', () => {
  const { breaksFirst, limits } = makePlan(input);
  assert.equal(breaksFirst?.what, 'room for frames');
  assert.ok(Math.abs((breaksFirst?.used ?? 0) - 2.592) < 0.001);
  assert.deepEqual(
    limits.filter(({ used }) => used > 1).map(({ what }) => what),
    ['room for frames', 'workers of people'],
  );
  const roomy = makePlan({ ...input, retentionBytes: -1 });
  assert.equal(roomy.breaksFirst?.what, 'workers of people');
  assert.equal(roomy.diskBytesKept, (1_500_000 + 20 * 100_700) * 86_400 * 3);
});

test('what is not known is said to be unknown, and breaks nothing', () => {
  const detectors = input.detectors.map((detector) => ({ ...detector, secondsPerFrame: undefined }));
  const plan = makePlan({ ...input, detectors });
  assert.deepEqual([plan.detectors[0]?.workers, plan.cores.needed], [null, null]);
  assert.match(describePlan(plan), /workers people +15 frames\/s; seconds per frame unknown/);
});

test('a frame of more pixels or quality is taken to be larger', () => {
  const { frameBytes: _, ...estimated } = input;
  const [gate, yard] = makePlan(estimated).cameras;
  assert.equal(gate?.frameBytes, 4 * (yard?.frameBytes ?? 0));
});

test('prints one line for each thing', () => {
  const text = describePlan(makePlan(input));
  assert.match(text, /workers people +15 frames\/s × 0\.50 s per frame, at the target load: 7\.50, so 8/);
  assert.match(text, /breaks +room for frames \(259 %\)/);
});
