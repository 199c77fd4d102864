import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openDetector } from '../../../src/detect/inference/detector.ts';
import { importOnnxRuntime } from '../../../src/detect/inference/onnx-runtime.ts';
import { inputShape, outputShapes } from '../../../src/detect/inference/open-session.ts';
import type { Looker } from '../../../src/detect/looker/looker.ts';
import { startLooker } from '../../../src/detect/looker/start-looker.ts';
import { findModel } from '../../../src/detect/models/find-model.ts';
import type { ModelManifest } from '../../../src/detect/models/manifest.ts';
import { yoloxNano } from '../../../src/detect/models/yolox-nano.ts';
import { describeRemoteModel } from '../../../src/detect/remote/describe-remote-model.ts';
import type { RemoteModel } from '../../../src/detect/remote/remote-model.ts';
import { media, model, modelsFolder } from '../../support/material.ts';
import { filmFrames } from '../support/film-frames.ts';
import { type Asked, type Handler, inputOf, json, startModelServer, tensors } from '../support/model-server.ts';
import { plainJpeg } from '../support/plain-jpeg.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lightManifest, writeLightModel } from '../support/tiny-model.ts';

const logger = pino({ level: 'silent' });

/** What a server of the Open Inference Protocol says of a model. */
function metadata(manifest: ModelManifest, { openBatch = false } = {}) {
  const shape = (lengths: readonly number[]) => (openBatch ? [-1, ...lengths.slice(1)] : lengths);
  return {
    name: manifest.name,
    platform: 'onnxruntime_onnx',
    inputs: [{ name: manifest.input.name, datatype: 'FP32', shape: shape(inputShape(manifest)) }],
    outputs: outputShapes(manifest).map((each, index) => ({
      name: manifest.outputs[index],
      datatype: 'FP32',
      shape: shape(each),
    })),
  };
}

interface ServedModel {
  manifest: ModelManifest;
  /** The .onnx file that the server runs. */
  path: string;
  isBinary?: boolean;
  about?: unknown;
}

/** A model server with a real model behind it. */
async function serveModel(t: TestContext, { manifest, path, isBinary = true, about }: ServedModel) {
  const { InferenceSession, Tensor } = await importOnnxRuntime();
  const session = await InferenceSession.create(await readFile(path), { intraOpNumThreads: 1 });
  t.after(() => session.release());
  const infer: Handler = async (asked, response) => {
    const input = new Tensor('float32', new Float32Array(inputOf(asked)), inputShape(manifest));
    const found = await session.run({ [manifest.input.name]: input });
    const outputs = manifest.outputs.map((name) => {
      const { data, dims } = found[name] ?? {};
      return { name, shape: [...(dims ?? [])], values: new Float32Array((data ?? []) as Float32Array) };
    });
    if (isBinary) tensors(response, outputs);
    else
      json(response, {
        outputs: outputs.map(({ values, ...each }) => ({ ...each, datatype: 'FP32', data: [...values] })),
      });
  };
  return startModelServer(t, async (asked, response) => {
    if (asked.method === 'POST') return infer(asked, response);
    if (asked.path === '/v2') return json(response, { extensions: isBinary ? ['binary_tensor_data'] : [] });
    return json(response, about ?? metadata(manifest));
  });
}

async function look(t: TestContext, model: string | RemoteModel, labels?: string[]): Promise<Looker> {
  const looker = await startLooker({
    detector: 'people@1',
    looker: { model, workers: 1, ...(labels ? { labels } : {}) },
    cacheDir: '/nowhere',
    logger,
  });
  t.after(() => looker.close());
  return looker;
}

/** The hand-written model and its manifest as a file, as a user would have it. */
async function lightOnDisk(t: TestContext) {
  const folder = await temporaryFolder(t);
  const path = await writeLightModel(folder);
  const { input, decoder, outputs, labels, threshold, licence } = lightManifest;
  const manifest = `${folder}/light.json`;
  await writeFile(manifest, JSON.stringify({ input, decoder, outputs, labels: [...labels], threshold, licence }));
  return { path, manifest };
}

for (const isBinary of [true, false]) {
  test(`a server that knows ${isBinary ? 'binary' : 'JSON'} tensors sees what the model sees here`, async (t) => {
    const { path, manifest } = await lightOnDisk(t);
    const server = await serveModel(t, { manifest: lightManifest, path, isBinary });
    const local = await openDetector({ manifest: lightManifest, path });
    t.after(() => local.close());
    const remote = await look(t, { url: `${server.url}/v2/models/light/versions/3`, manifest });
    for (const grey of [255, 200, 0]) {
      const frame = { jpeg: await plainJpeg(64, 48, grey), width: 64, height: 48 };
      const [here, there] = [await local.look(frame), await remote.look(frame)];
      assert.deepEqual(there.detections, here.detections);
      assert.equal(there.detections.length, grey > 127 ? 1 : 0);
    }
    const infer = server.asked.find(({ method }) => method === 'POST') ?? ({} as Asked);
    assert.equal(infer.path, '/v2/models/light/versions/3/infer');
    assert.equal(infer.headers['inference-header-content-length'] !== undefined, isBinary);
  });
}

test('a picture that does not decode is not sent', async (t) => {
  const { path, manifest } = await lightOnDisk(t);
  const server = await serveModel(t, { manifest: lightManifest, path });
  const looker = await look(t, { url: `${server.url}/v2/models/light`, manifest });
  const frame = { jpeg: Buffer.from('no picture'), width: 64, height: 48 };
  await assert.rejects(looker.look(frame), { code: 'FRAME_UNDECODABLE' });
  assert.equal(
    server.asked.some(({ method }) => method === 'POST'),
    false,
  );
});

test('what the server has is compared with the manifest before the first frame', async (t) => {
  const { path, manifest } = await lightOnDisk(t);
  const other = { ...lightManifest, input: { ...lightManifest.input, width: 64 } };
  for (const [about, message] of [
    [metadata(other), /takes "images" FP32\[1 × 3 × 32 × 64\]; the manifest expects "images" FP32\[1 × 3 × 32 × 32\]/],
    [{ ...metadata(lightManifest), outputs: [] }, /gives nothing; the manifest expects "output" FP32\[1 × 21 × 7\]/],
  ] as const) {
    const server = await serveModel(t, { manifest: lightManifest, path, about });
    const start = look(t, { url: `${server.url}/v2/models/light`, manifest });
    await assert.rejects(start, { code: 'MODEL_SHAPE', message });
  }
  const about = metadata(lightManifest, { openBatch: true });
  const server = await serveModel(t, { manifest: lightManifest, path, about });
  await look(t, { url: `${server.url}/v2/models/light`, manifest });
});

test('a user and a password in the address go into a header, and secrets into headers of their own', async (t) => {
  const { path, manifest } = await lightOnDisk(t);
  const server = await serveModel(t, { manifest: lightManifest, path });
  const url = `${server.url.replace('//', '//viewer:p%40ss@')}/v2/models/light`;
  await look(t, { url, manifest, headers: { 'x-api-key': 'k' } });
  const authorization = `Basic ${Buffer.from('viewer:p@ss').toString('base64')}`;
  for (const { headers } of server.asked) {
    assert.deepEqual([headers.authorization, headers['x-api-key']], [authorization, 'k']);
  }
});

test('a built-in model is known by the name in the address; another needs a manifest', async (t) => {
  const server = await startModelServer(t, (asked, response) =>
    json(response, asked.path === '/v2' ? {} : metadata(yoloxNano)),
  );
  const looker = await look(t, `${server.url}/v2/models/yolox_nano`, ['person']);
  assert.equal(looker.model, 'yolox-nano');
  const labels = look(t, `${server.url}/v2/models/yolox_nano`, ['persn']);
  await assert.rejects(labels, { code: 'CONFIG_INVALID', next: 'Did you mean "person"?' });
  await assert.rejects(look(t, `${server.url}/v2/models/helmets`), {
    code: 'CONFIG_INVALID',
    message: /Nothing says how to read the answers of "helmets"/,
  });
});

test('a model behind an address is described by asking its server', async (t) => {
  const { path, manifest } = await lightOnDisk(t);
  const server = await serveModel(t, { manifest: lightManifest, path });
  const address = `${server.url}/v2/models/light`;
  const known = await describeRemoteModel({ url: address.replace('//', '//viewer:p@'), manifest });
  assert.deepEqual([known.server, known.kind, known.manifest?.name], [address, 'kserve', lightManifest.name]);
  assert.equal(typeof known.answeredInMs, 'number');

  const own = await startModelServer(t, (_, response) => json(response, []));
  const { answeredInMs: _, ...plain } = await describeRemoteModel({ url: `${own.url}/helmets` });
  assert.deepEqual(plain, { server: `${own.url}/helmets`, kind: 'jpeg' });
  await own.stop();
  await assert.rejects(describeRemoteModel({ url: `${own.url}/helmets` }), { code: 'MODEL_SERVER_UNREACHABLE' });
});

const hall = media('people/one-by-one-person-detection.mp4');
const skip = hall && model('yolox_nano.onnx') ? false : 'needs one-by-one-person-detection.mp4 and yolox_nano.onnx';

test('YOLOX on a server sees the people of the film as it does here', { skip }, async (t) => {
  const places = { cacheDir: '/nowhere', modelsDir: modelsFolder };
  const { manifest, path } = await findModel('yolox-nano', { ...places, logger });
  const server = await serveModel(t, { manifest, path });
  const local = await openDetector({ manifest, path });
  t.after(() => local.close());
  const remote = await look(t, `${server.url}/v2/models/yolox-nano`);
  const frames = await filmFrames(hall ?? '', [100, 200, 300, 400, 500]);
  const seen = await Promise.all(frames.map((frame) => remote.look(frame)));
  for (const [index, frame] of frames.entries()) {
    assert.deepEqual(seen[index]?.detections, (await local.look(frame)).detections);
  }
  assert.ok(seen.flatMap(({ detections }) => detections).some(({ label }) => label === 'person'));
});
