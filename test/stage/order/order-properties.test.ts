import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differencesFromModel } from './order-model.ts';
import { OrderRun, type PlantedFault } from './order-run.ts';
import { Random } from './random.ts';

/** `VIGIL_SEED` repeats one run, `VIGIL_LONG=1` makes many more. */
const runs = process.env.VIGIL_LONG ? 5000 : 200;
const firstSeed = Number(process.env.VIGIL_SEED ?? 1);
const cameras = ['yard', 'entrance', 'gate'];

function makeRun(seed: number, fault?: PlantedFault): OrderRun {
  const random = new Random(seed);
  return new OrderRun({
    random,
    cameras: cameras.slice(0, random.between(1, 3)),
    delivery: random.chance(0.5) ? 'exactly-once' : 'at-least-once',
    lossRate: random.chance(0.5) ? 0 : 0.05,
    isUrgent: random.chance(0.2),
    restarts: fault !== undefined || random.chance(0.6),
    steps: random.between(20, 400),
    fault,
  });
}

function problemsOf(seed: number, fault?: PlantedFault): string[] {
  const run = makeRun(seed, fault);
  run.run();
  return differencesFromModel(run, cameras);
}

test(`results come out once and in order, holes are named, over ${runs} random runs`, () => {
  const seeds = process.env.VIGIL_SEED ? [firstSeed] : Array.from({ length: runs }, (_, index) => firstSeed + index);
  for (const seed of seeds) {
    assert.deepEqual(problemsOf(seed), [], `VIGIL_SEED=${seed} repeats this run`);
  }
});

const faults: PlantedFault[] = [
  'progress before its results were read',
  'restart at the position instead of the first held',
  'state forgotten',
  'an old progress passed off as a new one',
  'results thrown away',
];

for (const fault of faults) {
  test(`a planted fault shows: ${fault}`, () => {
    const seeds = Array.from({ length: 200 }, (_, index) => 5000 + index);
    assert.ok(seeds.some((seed) => problemsOf(seed, fault).length > 0));
  });
}
