import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { scoreClip } from '../../../src/cli/score/score-clip.ts';
import { openClipModel } from '../../../src/detect/clip/clip-model.ts';
import { encodeOnnxModel, type OnnxTensor } from '../../../src/detect/convert/onnx-model.ts';
import type { Picture } from '../../../src/detect/picture/decode-jpeg.ts';
import { evenly } from '../../../src/threat/clip/clip-watch.ts';
import { temporaryFolder } from '../../support/vigil.ts';

const [frames, width, height] = [4, 8, 6];

/** Sees nothing but light: the first score is the mean of the whole clip, the second that of the last frame's red. */
async function writeLightClip(t: TestContext, changes: Record<string, string> = {}): Promise<string> {
  const folder = await temporaryFolder(t);
  const shape = [1, 3, frames, height, width];
  const lastRed = new Float32Array(3 * frames * height * width);
  lastRed.fill(1 / (height * width), (frames - 1) * height * width, frames * height * width);
  const all = new Float32Array(lastRed.length).fill(1 / lastRed.length);
  const constants = new Map<string, OnnxTensor>([
    ['flat', { type: 'int64', shape: [2], data: BigInt64Array.of(1n, BigInt(lastRed.length)) }],
    ['weights', { type: 'float32', shape: [lastRed.length, 2], data: interleave(all, lastRed) }],
  ]);
  const nodes = [
    { operator: 'Reshape', inputs: ['clip', 'flat'], outputs: ['row'], attributes: {} },
    { operator: 'MatMul', inputs: ['row', 'weights'], outputs: ['scores'], attributes: {} },
  ];
  const bytes = encodeOnnxModel({
    name: 'light',
    nodes,
    constants,
    inputs: [{ name: 'clip', type: 'float32', shape }],
    outputs: [{ name: 'scores', type: 'float32', shape: [1, 2] }],
  });
  await writeFile(join(folder, 'light.onnx'), bytes);
  const written = { scores: 'chances', fights: '[red]', output: 'scores', ...changes };
  const manifest = `kind: clip
licence: CC0-1.0
input: { name: clip, frames: ${frames}, width: ${width}, height: ${height}, layout: ncthw, scale: 0.00392156862745098 }
labels: [light, red]
threshold: 0.5
${Object.entries(written)
  .map(([key, value]) => `${key}: ${value}`)
  .join('\n')}
`;
  const path = join(folder, 'light.yml');
  await writeFile(path, manifest);
  return path;
}

function interleave(first: Float32Array, second: Float32Array): Float32Array {
  return Float32Array.from(
    { length: 2 * first.length },
    (_, index) => (index % 2 === 0 ? first : second)[index >> 1] ?? 0,
  );
}

function plain(red: number, green: number, blue: number): Picture {
  const data = Uint8Array.from({ length: 3 * 32 * 24 }, (_, index) => [red, green, blue][index % 3] ?? 0);
  return { width: 32, height: 24, channels: 3, data };
}

test('a model of clips gets its frames in order, and each label its chance', async (t) => {
  const model = await openClipModel(await writeLightClip(t));
  const [black, red] = [model.frame(plain(0, 0, 0)), model.frame(plain(255, 0, 0))];
  const [light = 0, lastRed = 0] = await model.judge([black, black, black, red]);
  assert.ok(Math.abs(light - 1 / 12) < 0.01 && Math.abs(lastRed - 1) < 0.01, `${light} ${lastRed}`);
  const [, notLast = 1] = await model.judge([red, red, red, black]);
  assert.ok(notLast < 0.01);
  await model.close();
});

test('a film is judged by a model of clips in the windows of all others', async (t) => {
  const model = await openClipModel(await writeLightClip(t, { scores: 'logits-sigmoid' }));
  async function* film() {
    for (let frame = 0; frame < 15; frame++) {
      const picture = frame < 9 ? plain(0, 0, 0) : plain(255, 255, 255);
      const at = { frame, ptsUs: frame * 100_000, capturedAtUs: frame * 100_000 };
      yield { ...at, width: 32, height: 24, detections: [], picture: async () => picture };
    }
  }
  const scored = await scoreClip('film.mp4', film(), model);
  // The sigmoid of nothing is a half: everything is called from the second full window on.
  assert.equal(scored.alarmAtMs, 700);
  assert.ok(Math.abs((scored.score ?? 0) - 1 / (1 + Math.exp(-1))) < 0.01);
  assert.deepEqual(
    scored.evidence?.reasons.map(({ feature }) => feature),
    ['light: light', 'light: red'],
  );
  await model.close();
});

test('a manifest that does not fit says where', async (t) => {
  const broken = [
    [{ fights: '[blue]' }, 'CONFIG_INVALID', /at fights: "blue" is none of its labels: light, red/],
    [{ scores: 'maybe' }, 'CONFIG_INVALID', /at scores: /],
    [{ output: 'points' }, 'MODEL_SHAPE', /gives scores; its manifest says clip and points/],
  ] as const;
  for (const [changes, code, message] of broken) {
    await assert.rejects(openClipModel(await writeLightClip(t, changes)), { code, message });
  }
});

test('frames are taken evenly, some twice where there are fewer', () => {
  assert.deepEqual(evenly([0, 1, 2, 3, 4, 5, 6], 4), [0, 2, 4, 6]);
  assert.deepEqual(evenly([0, 1, 2], 5), [0, 1, 1, 2, 2]);
  assert.deepEqual(evenly([0, 1, 2], 1), [2]);
});
