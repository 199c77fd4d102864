import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { openDetector } from '../../../src/detect/inference/detector.ts';
import { startInferencePool } from '../../../src/detect/inference/inference-pool.ts';
import type { ModelManifest } from '../../../src/detect/models/manifest.ts';
import { plainJpeg } from '../support/plain-jpeg.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lightManifest, writeLightModel } from '../support/tiny-model.ts';

const size = { width: 64, height: 48 };

test('a detector turns a JPEG into detections in frame pixels', async (t) => {
  const detector = await openDetector({
    manifest: lightManifest,
    path: await writeLightModel(await temporaryFolder(t)),
  });
  t.after(() => detector.close());
  const white = await detector.look({ jpeg: await plainJpeg(64, 48, 255), ...size });
  const [light, ...others] = white.detections;
  assert.deepEqual(others, []);
  assert.deepEqual({ ...light, score: 1 }, { label: 'light', score: 1, box: { x: 0, y: 0, ...size } });
  assert.ok(Math.abs((light?.score ?? 0) - 1) < 0.01);
  assert.ok(white.inferenceUs > 0);
  const black = await detector.look({ jpeg: await plainJpeg(64, 48, 0), ...size });
  assert.deepEqual(black.detections, []);
});

test('frames that overlap in time do not mix', async (t) => {
  const detector = await openDetector({
    manifest: lightManifest,
    path: await writeLightModel(await temporaryFolder(t)),
    threshold: 0.01,
  });
  t.after(() => detector.close());
  const greys = [255, 51, 204, 102, 153, 255, 102, 51];
  const sights = await Promise.all(
    greys.map(async (grey) => detector.look({ jpeg: await plainJpeg(64, 48, grey), ...size })),
  );
  for (const [index, grey] of greys.entries()) {
    const score = sights[index]?.detections[0]?.score ?? 0;
    // A decoder may be one grey level off.
    assert.ok(Math.abs(score * 255 - grey) < 2, `${score * 255} for ${grey}`);
  }
});

test('labels that are not wanted are not reported', async (t) => {
  const path = await writeLightModel(await temporaryFolder(t));
  const detector = await openDetector({ manifest: lightManifest, path, labels: ['shadow'] });
  t.after(() => detector.close());
  const { detections } = await detector.look({ jpeg: await plainJpeg(64, 48, 255), ...size });
  assert.deepEqual(detections, []);
});

test('a model that fails on a frame fails for that frame alone', async (t) => {
  const path = await writeLightModel(await temporaryFolder(t), { failsOnWhite: true });
  const detector = await openDetector({ manifest: lightManifest, path });
  t.after(() => detector.close());
  const white = detector.look({ jpeg: await plainJpeg(64, 48, 255), ...size });
  await assert.rejects(white, (error) => isFault(error, 'INFERENCE_FAILED') && /light/.test(error.message));
  assert.deepEqual((await detector.look({ jpeg: await plainJpeg(64, 48, 40), ...size })).detections, []);
});

test('a file that is not ONNX is named', async (t) => {
  const path = join(await temporaryFolder(t), 'light.onnx');
  await writeFile(path, 'this is not a model');
  await assert.rejects(
    openDetector({ manifest: lightManifest, path }),
    (error) => isFault(error, 'MODEL_INVALID') && error.message.includes(path),
  );
});

test('a model of another shape is refused, with what it has and what was expected', async (t) => {
  const path = await writeLightModel(await temporaryFolder(t));
  const refusal = async (manifest: ModelManifest, pattern: RegExp) =>
    assert.rejects(openDetector({ manifest, path }), (error) => {
      assert.ok(isFault(error, 'MODEL_SHAPE'));
      assert.match(error.message, pattern);
      return true;
    });
  await refusal(
    { ...lightManifest, input: { ...lightManifest.input, width: 64 } },
    /takes "images" float32\[1 × 3 × 32 × 32\]; the manifest expects "images" float32\[1 × 3 × 32 × 64\]/,
  );
  await refusal(
    { ...lightManifest, labels: ['light', 'shadow', 'dusk'] },
    /gives "output" float32\[1 × 21 × 7\]; the decoder "yolox" expects "output" float32\[1 × 21 × 8\]/,
  );
  await refusal({ ...lightManifest, outputs: ['boxes'] }, /expects "boxes"/);
});

test('a pool of real threads opens the model in each and refuses a wrong one', async (t) => {
  const path = await writeLightModel(await temporaryFolder(t));
  const onCrash = assert.fail;
  const pool = await startInferencePool({ settings: { manifest: lightManifest, path }, threads: 2, onCrash });
  t.after(() => pool.close());
  const jpeg = await plainJpeg(64, 48, 255);
  const sights = await Promise.all(Array.from({ length: 8 }, () => pool.look({ jpeg, ...size })));
  assert.deepEqual(
    sights.map(({ detections }) => detections[0]?.label),
    Array(8).fill('light'),
  );
  await assert.rejects(pool.look({ jpeg: jpeg.subarray(0, 100), ...size }), (error) =>
    isFault(error, 'FRAME_UNDECODABLE'),
  );
  const wrong = { manifest: { ...lightManifest, labels: ['light'] }, path };
  await assert.rejects(startInferencePool({ settings: wrong, threads: 2, onCrash }), (error) =>
    isFault(error, 'MODEL_SHAPE'),
  );
});
