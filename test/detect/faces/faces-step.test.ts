import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDetector } from '../../../src/detect/inference/detector.ts';
import { findModel } from '../../../src/detect/models/find-model.ts';
import { importSharp } from '../../../src/detect/picture/import-sharp.ts';
import { findChain } from '../../../src/detect/steps/chain.ts';
import { decodeEmbedding, faceOf } from '../../../src/topics/face-attribute.ts';
import { media, model, modelsFolder } from '../../support/material.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const photos = {
  both: media('faces/photos/examples_knn_examples_test_obama_and_biden.jpg'),
  obama: media('faces/photos/examples_obama.jpg'),
  biden: media('faces/photos/examples_knn_examples_train_biden_biden2.jpg'),
};
const isThere = Object.values(photos).every(Boolean) && model('yolox_nano.onnx') && model('yunet_n_dynamic.onnx');

async function frameOf(path = '') {
  const sharp = await importSharp();
  const { data, info } = await sharp(path).resize({ width: 960 }).jpeg().toBuffer({ resolveWithObject: true });
  return { jpeg: data, width: info.width, height: info.height };
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
}

for (const carriedOnly of [false, true]) {
  const finder = carriedOnly ? 'BlazeFace' : 'YuNet';
  test(`each of two people gets their own face and embedding, found by ${finder}`, {
    skip: !isThere && 'no photos or models',
  }, async (t) => {
    const warnings: string[] = [];
    const logger = { info: () => undefined, warn: (...words: unknown[]) => warnings.push(String(words.at(-1))) };
    const cacheDir = await temporaryFolder(t);
    const offline = () => Promise.reject(new Error('no network here'));
    const places = {
      cacheDir,
      logger,
      modelsDir: carriedOnly ? cacheDir : modelsFolder,
      fetch: offline as typeof fetch,
    };
    const chain = await findChain(['faces'], places);
    assert.equal(warnings.length, carriedOnly ? 1 : 0);
    const found = await findModel('yolox-nano', { ...places, modelsDir: modelsFolder });
    const detector = await openDetector({ ...found, labels: ['person'], chain });
    t.after(() => detector.close());
    const embeddingsIn = async (path: string | undefined) => {
      const { detections, stepsUs } = await detector.look(await frameOf(path));
      assert.ok((stepsUs?.faces ?? 0) > 0);
      const faces = detections.flatMap((each) => faceOf(each) ?? []).toSorted((a, b) => a.box.x - b.box.x);
      return faces.flatMap(({ embedding }) => decodeEmbedding(embedding ?? '') ?? []);
    };
    const [[obama], [biden], both] = [
      await embeddingsIn(photos.obama),
      await embeddingsIn(photos.biden),
      await embeddingsIn(photos.both),
    ];
    assert.ok(obama && biden);
    // From the left: Biden, Obama, and a girl.
    assert.equal(both.length, 3);
    const isLike = (a: Float32Array | undefined, b: Float32Array) => a && distance(a, b) < 0.6;
    assert.deepEqual(
      [both.map((face) => isLike(biden, face)), both.map((face) => isLike(obama, face))],
      [
        [true, false, false],
        [false, true, false],
      ],
    );
  });
}
