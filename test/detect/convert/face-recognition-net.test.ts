import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findCarried } from '../../../src/detect/convert/convert-carried-model.ts';
import { faceNetRanges } from '../../../src/detect/convert/face-net-ranges.ts';
import { convertFaceRecognitionNet, type FaceNetRanges } from '../../../src/detect/convert/face-recognition-net.ts';
import { chipSize } from '../../../src/detect/faces/face-chip.ts';
import { openFaceEmbedder } from '../../../src/detect/faces/face-embedder.ts';
import { faceRecognition } from '../../../src/detect/models/face-recognition.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { name, carried = { packageName: '', modelJson: '' } } = faceRecognition;

async function embedderWith(t: TestContext, ranges?: FaceNetRanges) {
  const path = join(await temporaryFolder(t), 'net.onnx');
  await writeFile(path, await convertFaceRecognitionNet(findCarried(name, carried), name, ranges));
  const embedder = await openFaceEmbedder(path);
  t.after(() => embedder.close());
  return embedder;
}

/** Eyes, brows and a mouth on an oval: enough of a face for its network. */
function drawnFace(tone: number, eyes: number): Uint8Array {
  return Uint8Array.from({ length: 3 * chipSize * chipSize }, (_, at) => {
    const [x, y] = [(Math.trunc(at / 3) % chipSize) - 75, Math.trunc(at / 3 / chipSize) - 75];
    const isIn = (cx: number, cy: number, rx: number, ry: number) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
    if (isIn(-eyes, -28, 9, 5) || isIn(eyes, -28, 9, 5) || isIn(0, 35, 22, 4)) return 40;
    return isIn(0, 0, 52, 68) ? tone - 30 * (at % 3) : 90;
  });
}

const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, at) => value - (b[at] ?? Infinity)));

test('the face network in whole numbers says of a face nearly what it says in real ones', async (t) => {
  const [real, whole] = [await embedderWith(t), await embedderWith(t, faceNetRanges)];
  const faces = [drawnFace(200, 28), drawnFace(140, 24)];
  const [a, b] = [await Promise.all(faces.map(real.embed)), await Promise.all(faces.map(whole.embed))];
  for (const [at, embedding] of a.entries()) assert.ok(distance(embedding, b[at] ?? new Float32Array()) < 0.1, `${at}`);
});

test('a value whose range is not known is named', async () => {
  await assert.rejects(convertFaceRecognitionNet(findCarried(name, carried), name, {}), {
    code: 'MODEL_INVALID',
    message: /"conv32_down"/,
  });
});
