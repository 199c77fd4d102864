import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { isFault, type VigilError } from '../../../src/base/errors.ts';
import { openSession } from '../../../src/detect/inference/open-session.ts';
import { isOwnModel, readOwnModel } from '../../../src/detect/models/own-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeLightModel } from '../support/tiny-model.ts';

const manifest = {
  licence: 'CC0-1.0',
  input: { name: 'images', width: 32, height: 32, colours: 'rgb', scale: 1 / 255, fit: 'stretch' },
  decoder: 'yolox',
  outputs: ['output'],
  labels: ['light', 'shadow'],
};

async function write(t: TestContext, content: unknown, name = 'light.yml'): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeLightModel(folder);
  await writeFile(join(folder, name), name.endsWith('.json') ? JSON.stringify(content) : stringify(content));
  return join(folder, 'light.onnx');
}

async function refusal(path: string): Promise<VigilError> {
  const error = await readOwnModel(path).catch((thrown: unknown) => thrown);
  assert.ok(isFault(error), String(error));
  return error;
}

test('paths and names are told apart', () => {
  assert.deepEqual(['x.onnx', './x', 'models/x.yml', 'x.json'].map(isOwnModel), [true, true, true, true]);
  assert.deepEqual(['yolox-nano', 'people'].map(isOwnModel), [false, false]);
});

test('a model with a manifest beside it opens, and what the manifest leaves out is filled in', async (t) => {
  const path = await write(t, manifest);
  const own = await readOwnModel(path);
  assert.equal(own.path, path);
  const { name, input, threshold, nmsIou } = own.manifest;
  assert.deepEqual(
    [name, input.layout, input.mean, input.fill, threshold, nmsIou],
    ['light', 'nchw', [0, 0, 0], 114, 0.3, 0.45],
  );
  assert.deepEqual(input.scale, [1 / 255, 1 / 255, 1 / 255]);
  await (await openSession(own.path, own.manifest)).release();
});

test('the manifest may be JSON and may be named instead of the model', async (t) => {
  const path = await write(t, { ...manifest, labels: 'coco' }, 'light.json');
  const own = await readOwnModel(path.replace('.onnx', '.json'));
  assert.deepEqual([own.path, own.manifest.labels.length], [path, 80]);
});

test('a missing model or manifest is named', async (t) => {
  const path = await write(t, manifest, 'other.yml');
  const noManifest = await refusal(path);
  assert.equal(noManifest.code, 'MODEL_NOT_FOUND');
  assert.match(noManifest.message, /light\.onnx has no manifest: light\.yml is not beside it/);
  const noModel = await refusal(path.replace('light', 'other'));
  assert.match(noModel.message, /other\.onnx does not exist/);
});

test('a manifest that is wrong is told where, what was found and what is expected', async (t) => {
  const wrong = async (content: unknown) => refusal(await write(t, content));
  const unknown = await wrong({ ...manifest, treshold: 0.4 });
  assert.equal(unknown.code, 'CONFIG_INVALID');
  assert.match(unknown.message, /light\.yml: at the top: the key "treshold" is not known/);
  assert.equal(unknown.next, 'Did you mean "threshold"?');
  const inside = await wrong({ ...manifest, input: { ...manifest.input, colors: 'rgb' } });
  assert.match(inside.message, /at input: the key "colors" is not known/);
  assert.equal(inside.next, 'Did you mean "colours"?');
  const decoder = await wrong({ ...manifest, decoder: 'yolo' });
  assert.match(decoder.message, /at decoder: found "yolo"; it must be .* allowed values: yolox, fastestdet, centernet/);
  const width = await wrong({ ...manifest, input: { ...manifest.input, width: 0 } });
  assert.match(width.message, /at input\.width: found 0; it must be >= 1/);
  const { licence: _, ...noLicence } = manifest;
  assert.match((await wrong(noLicence)).message, /licence/);
  assert.match((await wrong('just words')).message, /at the top/);
});

test('a checksum in the manifest is checked', async (t) => {
  const error = await refusal(await write(t, { ...manifest, sha256: '0'.repeat(64) }));
  assert.equal(error.code, 'MODEL_INVALID');
  assert.match(error.message, /light\.onnx has the sha256 .*; expected 0{64}/);
});
