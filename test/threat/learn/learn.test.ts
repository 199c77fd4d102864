import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossValidate, type LabelledClip, samplesOf } from '../../../src/threat/learn/cross-validate.ts';
import { groupedFolds } from '../../../src/threat/learn/folds.ts';
import { blend, forestLearner, logisticLearner } from '../../../src/threat/learn/learners.ts';
import { learnLimits, withLimits } from '../../../src/threat/learn/limits.ts';
import { fitLogistic, logisticScore } from '../../../src/threat/learn/logistic.ts';
import { areaUnderCurve, recallAt, recallBelow } from '../../../src/threat/learn/measures.ts';
import { nestedCrossValidate } from '../../../src/threat/learn/nested.ts';
import { calibrated, fitPlatt } from '../../../src/threat/learn/platt.ts';
import { randomFrom, shuffled } from '../../../src/threat/learn/random.ts';
import { fitRankScale, toNormalScores } from '../../../src/threat/learn/rank-scale.ts';

const close = (found: number | undefined, wanted: number, within = 1e-3) =>
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) <= within, `${found} is not ${wanted}`);

/** Clips in scenes of three; the first feature tells the label through noise, the second tells nothing. */
function clips(count: number): LabelledClip[] {
  const random = randomFrom(5);
  return Array.from({ length: count }, (_, index) => {
    const label = index % 2;
    const windows = Array.from({ length: 3 }, () => [label + random() - 0.5, random()]);
    return { file: `${index}`, scene: `${Math.floor(index / 3)}`, label, windows };
  });
}

test('a seed gives the same numbers again, and another seed others', () => {
  const [first, again, other] = [randomFrom(7), randomFrom(7), randomFrom(8)];
  const values = Array.from({ length: 5 }, first);
  assert.deepEqual(Array.from({ length: 5 }, again), values);
  assert.notDeepEqual(Array.from({ length: 5 }, other), values);
  assert.deepEqual(shuffled([1, 2, 3, 4, 5], randomFrom(1)).sort(), [1, 2, 3, 4, 5]);
});

test('logistic regression finds the weights of its samples', () => {
  // Two rows of each value, 3 of 4 of the higher are positive, 1 of 4 of the lower: log odds are ±log 3.
  const rows = [[1], [1], [1], [1], [-1], [-1], [-1], [-1]];
  const labels = [1, 1, 1, 0, 1, 0, 0, 0];
  const model = fitLogistic({ rows, labels, weights: new Array(8).fill(1) }, 1e-6);
  close(model[0], Math.log(3));
  close(model[1], 0);
  close(logisticScore(model, [1]), 0.75);
  const held = fitLogistic({ rows, labels, weights: new Array(8).fill(1) }, 100);
  assert.ok((held[0] ?? 1) < 0.1, 'a ridge holds weights back');
});

test('normal scores depend on ranks alone', () => {
  const rows = Array.from({ length: 41 }, (_, index) => [index, Math.exp(index), 3]);
  const scale = fitRankScale(rows);
  const [linear, grown, same] = toNormalScores(scale, [20, Math.exp(20), 3]);
  close(linear, 0, 0.01);
  close(grown, 0, 0.01);
  close(same, 0, 0.01);
  assert.deepEqual(toNormalScores(scale, [-1e9, 0, 2]), toNormalScores(scale, [-1, -5, 1]));
  assert.ok((toNormalScores(scale, [1e9, 0, 3])[0] ?? 9) <= 2);
});

test('the area under the curve counts ties as half', () => {
  assert.equal(areaUnderCurve([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]), 1);
  assert.equal(areaUnderCurve([0.9, 0.2, 0.8, 0.1], [0, 0, 1, 1]), 0.25);
  assert.equal(areaUnderCurve([0.5, 0.5, 0.5], [0, 1, 1]), 0.5);
  assert.equal(areaUnderCurve([0.9, 0.2, 0.8, 0.1], [0, 0, 1, 1], [1, 3, 1, 1]), 3 / 8);
});

test('recall is taken at the threshold that so few negatives exceed', () => {
  const scores = [0.9, 0.3, 0.2, 0.1, 0.95, 0.8, 0.25];
  const labels = [0, 0, 0, 0, 1, 1, 1];
  assert.deepEqual(recallAt(scores, labels, 0.25), { recall: 2 / 3, threshold: 0.3 });
  assert.deepEqual(recallAt(scores, labels, 0), { recall: 1 / 3, threshold: 0.9 });
});

test('recall at few false alarms is the mean over the thresholds that call one negative, two, and so on', () => {
  const scores = [0.9, 0.5, 0.2, 0.1, 0.95, 0.8, 0.3];
  const labels = [0, 0, 0, 0, 1, 1, 1];
  assert.equal(recallBelow(scores, labels, 0.25), 2 / 3);
  assert.equal(recallBelow(scores, labels, 0.5), (2 / 3 + 1) / 2);
});

test('calibration makes scores say how often they are right', () => {
  const chances = [...new Array(80).fill(0.9), ...new Array(80).fill(0.2)];
  const labels = [
    ...new Array(60).fill(1),
    ...new Array(20).fill(0),
    ...new Array(8).fill(1),
    ...new Array(72).fill(0),
  ];
  const calibration = fitPlatt(chances, labels);
  close(calibrated(calibration, 0.9), 0.75, 0.02);
  close(calibrated(calibration, 0.2), 0.1, 0.02);
});

test('folds part no group and share the labels out', () => {
  const groups = new Map<string, number[]>(
    Array.from({ length: 21 }, (_, index) => [String(index), index % 2 ? [1, 1, 0] : [0]]),
  );
  const folds = groupedFolds(groups, 5, 3);
  assert.equal(folds.size, 21);
  const positives = [0, 0, 0, 0, 0];
  for (const [name, fold] of folds)
    positives[fold] = (positives[fold] ?? 0) + (groups.get(name) ?? []).filter(Boolean).length;
  assert.deepEqual(positives, [4, 4, 4, 4, 4]);
  assert.notDeepEqual([...groupedFolds(groups, 5, 4)], [...folds]);
});

test('windows of one clip weigh one together, its last among them', () => {
  const { rows, weights } = samplesOf([{ file: 'a', scene: 's', label: 1, windows: [[1], [2], [3], [4], [5]] }], 2);
  assert.deepEqual(rows, [[1], [3], [5]]);
  close(
    weights.reduce((sum, weight) => sum + weight, 0),
    1,
  );
});

test('limits are learnt from the positives, and what is below one counts by half', () => {
  const rows = Array.from({ length: 40 }, (_, index) => [index % 2, index, 0.5]);
  const samples = { rows, labels: rows.map(([label = 0]) => label), weights: rows.map(() => 1) };
  const limits = [{ leftOut: 0.1 }, { least: 0.4 }];
  // The positives are 1, 3, 5 …: the second of twenty is the tenth part.
  assert.deepEqual(learnLimits(samples, limits), [3, 0.4]);
  const seen: number[] = [];
  const judge = withLimits(({ rows: learnt }) => {
    seen.push(...learnt.map(({ length }) => length));
    return ([value = 0]) => value + 1;
  }, limits)(samples);
  assert.deepEqual([...new Set(seen)], [1]);
  assert.deepEqual([judge([1, 3, 0.4]), judge([1, 2, 0.4]), judge([1, 3, 0.3])], [2, 1, 1]);
});

for (const [name, learner] of [
  ['logistic regression', logisticLearner({ ridge: 1, emphasis: 1 })],
  ['extremely randomised trees', forestLearner({ trees: 31, leastLeaf: 1, tried: 1, depth: 6, seed: 2 })],
  [
    'both',
    blend([
      logisticLearner({ ridge: 1, emphasis: 1 }),
      forestLearner({ trees: 11, leastLeaf: 1, tried: 1, depth: 6, seed: 2 }),
    ]),
  ],
] as const) {
  test(`${name} judges scenes that it has not seen, and the same way each time`, () => {
    const all = clips(61);
    const settings = { learner, every: 1, folds: 5, seed: 1 };
    const scores = crossValidate(all, settings);
    const labels = all.map(({ label }) => label);
    assert.ok(areaUnderCurve(scores, labels) > 0.9);
    assert.deepEqual(crossValidate(all, settings), scores);
    // With labels that mean nothing there is nothing to learn: whoever peeked would still be right.
    const random = randomFrom(11);
    const meaningless = all.map((clip) => ({ ...clip, windows: clip.windows.map(() => [random(), random()]) }));
    const area = areaUnderCurve(crossValidate(meaningless, settings), labels);
    assert.ok(area > 0.25 && area < 0.75, `${area}`);
  });
}

test('what is chosen inside of a fold is measured outside of it', () => {
  const all = clips(61);
  const labels = all.map(({ label }) => label);
  const learner = logisticLearner({ ridge: 1, emphasis: 0 });
  const blind = all.map((clip) => ({ ...clip, windows: clip.windows.map(([, second]) => [second ?? 0]) }));
  const candidates = [
    { name: 'blind', clips: blind, learner },
    { name: 'seeing', clips: all, learner },
  ];
  const { scores, chosen } = nestedCrossValidate(candidates, { every: 1, folds: 5, innerFolds: 3, seed: 1 });
  assert.deepEqual(chosen, new Array(5).fill('seeing'));
  assert.ok(areaUnderCurve(scores, labels) > 0.9);
  // Where nothing can be known, having many candidates to choose from does not help.
  const random = randomFrom(4);
  const noise = Array.from({ length: 9 }, (_, index) => ({
    name: `${index}`,
    clips: all.map((clip) => ({ ...clip, windows: clip.windows.map(() => [random()]) })),
    learner,
  }));
  const lucky = nestedCrossValidate(noise, { every: 1, folds: 5, innerFolds: 3, seed: 1 });
  assert.ok(areaUnderCurve(lucky.scores, labels) < 0.7);
});
