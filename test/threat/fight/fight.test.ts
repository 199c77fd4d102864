import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { fightModelFile, loadFightModel } from '../../../src/cli/score/load-fight-model.ts';
import { scoreClip } from '../../../src/cli/score/score-clip.ts';
import { featureNames, windowFeatures } from '../../../src/threat/features/window-features.ts';
import { type FightModel, judgeWindow, readFightModel } from '../../../src/threat/fight/fight-model.ts';
import { FightWatch } from '../../../src/threat/fight/fight-watch.ts';
import { calibrated } from '../../../src/threat/learn/platt.ts';
import type { FrameSight } from '../../../src/threat/window/moment-maker.ts';
import { jointNames } from '../../../src/topics/joints.ts';

/** Looks at the count of people alone: from two on it is called. */
const model: FightModel = {
  version: 1,
  features: ['count.mean'],
  scale: [Array.from({ length: 21 }, (_, index) => index / 5)],
  weights: [10, 5],
  calibration: { slope: 1, offset: 0 },
  threshold: 0.9,
};

function sight(frame: number, people: number, stepMs = 100): FrameSight {
  const detections = Array.from({ length: people }, (_, index) => ({
    label: 'person',
    score: 0.9,
    box: { x: 100 * index, y: 50, width: 40, height: 100 },
    attributes: { joints: jointNames.map((_, joint) => [100 * index + joint, 50 + joint, 0.9]) },
  }));
  return { frame, ptsUs: frame * stepMs * 1000, capturedAtUs: 0, width: 640, height: 360, detections };
}

async function* film(counts: readonly number[], stepMs = 100): AsyncGenerator<FrameSight> {
  for (const [frame, people] of counts.entries()) yield sight(frame, people, stepMs);
}

const times = (count: number, value: number) => new Array<number>(count).fill(value);

test('a film that is too short gets no score, and is told why', async () => {
  const scored = await scoreClip('short.mp4', film(times(6, 4)), model);
  assert.deepEqual([scored.score, scored.alarmAtMs, scored.evidence], [null, null, null]);
  assert.match(scored.why ?? '', /^6 frames over 500 ms are too few/);
  assert.equal((await scoreClip('none.mp4', film([]), model)).score, null);
  assert.equal((await scoreClip('quick.mp4', film(times(9, 4), 16), model)).score, null);
});

test('a film is called at the first window above the threshold, with its frames, people and reasons', async () => {
  const scored = await scoreClip('long.mp4', film([...times(15, 1), ...times(30, 4)]), model);
  assert.ok((scored.score ?? 0) > 0.9);
  assert.ok((scored.alarmAtMs ?? 0) >= 1500 && (scored.alarmAtMs ?? 0) < 4400);
  assert.equal(scored.evidence?.frames.length, 7);
  assert.equal(scored.evidence?.people.length, 4);
  assert.deepEqual(
    scored.evidence?.reasons.map(({ feature }) => feature),
    ['count.mean'],
  );
  assert.equal(scored.evidence?.curve.length, 45 - 6);
  const quiet = await scoreClip('quiet.mp4', film(times(45, 1)), model);
  assert.deepEqual([quiet.alarmAtMs, (quiet.score ?? 1) < 0.9], [null, true]);
});

test('an episode is one alarm, and the next one another', () => {
  const watch = new FightWatch(model);
  const counts = [...times(10, 4), ...times(3, 1), ...times(10, 4), ...times(80, 1), ...times(20, 4)];
  const alarms = counts.flatMap((people, frame) => {
    const boxes = sight(frame, people).detections.map(({ box, score }, index) => ({ track: `${index}`, box, score }));
    const moment = { frame, ptsUs: frame * 100_000, capturedAtUs: 0, width: 640, height: 360, people: boxes };
    return watch.see(moment)?.isAlarm ? [frame] : [];
  });
  assert.equal(alarms.length, 2);
  assert.equal(alarms[0], 7, 'seven frames are a window, and two in a row are told');
});

test('nobody, one person and a crowd have the same features, all of them finite', () => {
  for (const people of [0, 1, 7]) {
    const moments = Array.from({ length: 9 }, (_, frame) => {
      const { detections, ...rest } = sight(frame, people);
      return { ...rest, people: detections.map(({ box, score }, index) => ({ track: `${index}`, box, score })) };
    });
    const features = windowFeatures(moments);
    assert.deepEqual(Object.keys(features), featureNames);
    for (const [name, value] of Object.entries(features)) assert.ok(Number.isFinite(value), `${name} with ${people}`);
  }
});

test('what cannot be computed counts as nothing', () => {
  const { chance } = judgeWindow(model, { 'count.mean': Number.NaN });
  assert.equal(chance, judgeWindow(model, { 'count.mean': 0 }).chance);
});

test('what lies below a limit counts by half and is never called, and a film of nothing else says so', async () => {
  const limited = { ...model, limits: { 'sight.nearest': 0.14 } };
  const far = { 'count.mean': 4, 'sight.nearest': 0.13 };
  const { chance, below, reasons } = judgeWindow(limited, far);
  assert.ok(chance > 0 && chance < judgeWindow(model, far).chance && chance < calibrated(model.calibration, 0.5));
  assert.deepEqual([below, reasons[0]], ['sight.nearest', { feature: 'sight.nearest', value: 0.13, says: 0 }]);
  const near = { ...far, 'sight.nearest': 0.14 };
  assert.equal(judgeWindow(limited, near).chance, judgeWindow(model, near).chance);
  // 1.5 √(40 × 100) of 640 pixels is 0.148.
  const seen = await scoreClip('near.mp4', film(times(20, 4)), limited);
  assert.deepEqual([seen.why, (seen.score ?? 0) > 0.9], [undefined, true]);
  const unseen = await scoreClip('far.mp4', film(times(20, 4)), { ...model, limits: { 'sight.nearest': 0.15 } });
  assert.deepEqual([(unseen.score ?? 1) < (seen.score ?? 0), unseen.alarmAtMs], [true, null]);
  assert.match(unseen.why ?? '', /near enough/);
});

test('the model that is shipped can be read, and reads features that there are', async () => {
  const shipped = await loadFightModel();
  const empty = judgeWindow(shipped, windowFeatures([]));
  assert.ok(empty.chance < 0.3, 'an empty scene is no fight');
  assert.ok(shipped.threshold > 0.5 && shipped.threshold < 1);
  const text = await readFile(fightModelFile, 'utf8');
  const [known = ''] = shipped.features;
  for (const broken of [
    text.replace(`"${known}"`, '"count.unheard"'),
    text.replace('"version":1', '"version":2'),
    text.replace('"sight.whole":', '"sight.half":'),
    text.replace(/"threshold":[\d.]+/, '"threshold":0.2'),
  ]) {
    assert.throws(
      () => readFightModel(broken, 'broken.json', featureNames),
      (error) => isFault(error, 'MODEL_INVALID'),
    );
  }
  await assert.rejects(loadFightModel('/nowhere/fight.json'), (error) => isFault(error, 'MODEL_UNAVAILABLE'));
});
