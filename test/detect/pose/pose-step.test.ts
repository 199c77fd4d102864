import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDetector } from '../../../src/detect/inference/detector.ts';
import { findModel } from '../../../src/detect/models/find-model.ts';
import { findChain } from '../../../src/detect/steps/chain.ts';
import { type JointName, jointNames, jointsOf } from '../../../src/topics/joints.ts';
import { media, model, modelsFolder } from '../../support/material.ts';
import { filmFrames } from '../support/film-frames.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const street = media('people/vtest.avi');

test('the joints of pedestrians stand above one another, inside of their boxes', {
  skip: !(street && model('yolox_nano.onnx')) && 'needs vtest.avi and yolox_nano.onnx',
}, async (t) => {
  const logger = { info: () => undefined, warn: () => undefined };
  const places = { cacheDir: await temporaryFolder(t), modelsDir: modelsFolder, logger };
  const [found, chain] = await Promise.all([findModel('yolox-nano', places), findChain(['pose'], places)]);
  const detector = await openDetector({ ...found, labels: ['person'], threshold: 0.6, chain });
  t.after(() => detector.close());
  const [frame] = await filmFrames(street ?? '', [100]);
  assert.ok(frame);
  const { detections, stepsUs } = await detector.look(frame);
  assert.ok((stepsUs?.pose ?? 0) > 0);
  assert.ok(detections.length >= 3, `${detections.length} people`);
  for (const { box, attributes } of detections) {
    const joints = jointsOf({ attributes: attributes ?? {} });
    const heightOf = (name: JointName) => ((joints?.[jointNames.indexOf(name)]?.[1] ?? 0) - box.y) / box.height;
    assert.ok(heightOf('nose') < 0.3, 'the nose is at the top');
    assert.ok(heightOf('left-hip') > 0.3 && heightOf('left-hip') < 0.7, 'hips are in the middle');
    assert.ok(heightOf('left-ankle') > 0.75, 'ankles are at the bottom');
  }
});
