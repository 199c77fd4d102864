import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { openSession } from '../../../src/detect/inference/open-session.ts';
import { builtInModels, defaultModelName } from '../../../src/detect/models/built-in-models.ts';
import { findModel } from '../../../src/detect/models/find-model.ts';
import { describeModel, listModels, pullModel } from '../../../src/detect/models/model-commands.ts';
import { model } from '../../support/material.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const yoloxFile = model('yolox_nano.onnx');
const needsYolox = { skip: yoloxFile ? false : 'needs yolox_nano.onnx' };
const needsHuman = { skip: carriedModel() ? false : 'needs the package @vladmandic/human' };

function carriedModel(): boolean {
  try {
    const manifest = findPackageJSON('@vladmandic/human', import.meta.url);
    return manifest !== undefined && existsSync(join(dirname(manifest), 'models/centernet.json'));
  } catch {
    return false;
  }
}

function listener() {
  const said: string[] = [];
  const say = (...words: unknown[]) => said.push(String(words.at(-1)));
  return { said, logger: { info: say, warn: say } };
}

const noNetwork: typeof fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ENOTFOUND') }));
const mustNotFetch: typeof fetch = () => assert.fail('the network must not be asked');

test('the built-in models are complete: labels, pins, licences', () => {
  for (const { name, file, carried, labels, licence, threshold, input } of builtInModels) {
    const classes = labels.includes('face') ? 1 : 80;
    assert.equal(labels.length, classes, name);
    assert.equal(new Set(labels).size, classes, name);
    assert.ok(licence && threshold > 0 && threshold < 1 && input.width % 32 === 0, name);
    assert.ok(carried || (file.url?.startsWith('https://') && file.sha256.every((sum) => /^[0-9a-f]{64}$/.test(sum))));
  }
});

test('a name that nothing has is answered with the nearest one', async (t) => {
  const options = { cacheDir: await temporaryFolder(t), ...listener(), fetch: mustNotFetch };
  await assert.rejects(findModel('yolox-nona', options), (error) => {
    assert.ok(isFault(error, 'MODEL_NOT_FOUND'));
    assert.match(error.message, /No model is called "yolox-nona"; known are yolox-nano, fastestdet, coco-centernet/);
    assert.equal(error.next, 'Did you mean "yolox-nano"?');
    return true;
  });
});

test('a model in VIGIL_MODELS is used as it lies there', needsYolox, async (t) => {
  const modelsDir = dirname(yoloxFile ?? '');
  const options = { cacheDir: await temporaryFolder(t), modelsDir, ...listener(), fetch: mustNotFetch };
  const found = await findModel(defaultModelName, options);
  assert.deepEqual([found.manifest.name, found.path], ['yolox-nano', yoloxFile]);
});

test('a model in the cache is used without asking the network', needsYolox, async (t) => {
  const cacheDir = await temporaryFolder(t);
  const cached = join(cacheDir, 'models', 'yolox_nano.onnx');
  await mkdir(dirname(cached));
  await copyFile(yoloxFile ?? '', cached);
  const places = { cacheDir, modelsDir: '' };
  const found = await findModel('yolox-nano', { ...places, ...listener(), fetch: mustNotFetch });
  assert.equal(found.path, cached);
  assert.deepEqual(await pullModel('yolox-nano', { ...places, fetch: mustNotFetch }), { path: cached, wasThere: true });
  const listed = await listModels(places);
  assert.deepEqual(
    listed.map(({ name, path, isDefault, isCarried }) => [name, path, isDefault, isCarried]),
    [
      ['yolox-nano', cached, true, false],
      ['fastestdet', undefined, false, false],
      ['coco-centernet', undefined, false, true],
      ['yunet', undefined, false, false],
      ['blazeface', undefined, false, true],
      ['face-recognition', undefined, false, true],
      ['movenet-lightning', undefined, false, true],
    ],
  );
});

test('a wrong file in VIGIL_MODELS is named, with both checksums', async (t) => {
  const modelsDir = await temporaryFolder(t);
  await writeFile(join(modelsDir, 'yolox_nano.onnx'), 'not this');
  const options = { cacheDir: await temporaryFolder(t), modelsDir, ...listener(), fetch: mustNotFetch };
  await assert.rejects(findModel('yolox-nano', options), (error) => {
    assert.ok(isFault(error, 'MODEL_INVALID'));
    assert.match(error.message, /yolox_nano\.onnx has the sha256 [0-9a-f]{64}; expected c789161e/);
    return true;
  });
});

test('a damaged file in the cache is fetched again', async (t) => {
  const cacheDir = await temporaryFolder(t);
  await mkdir(join(cacheDir, 'models'));
  await writeFile(join(cacheDir, 'models', 'FastestDet.onnx'), 'cut short');
  const find = findModel('fastestdet', { cacheDir, modelsDir: '', ...listener(), fetch: noNetwork });
  await assert.rejects(find, (error) => isFault(error, 'MODEL_UNAVAILABLE') && /ENOTFOUND/.test(error.message));
});

test('without a network the carried model takes the default one’s place, and says so', needsHuman, async (t) => {
  const { said, logger } = listener();
  const options = { cacheDir: await temporaryFolder(t), modelsDir: '', logger, fetch: noNetwork };
  const found = await findModel(defaultModelName, options);
  assert.equal(found.manifest.name, 'coco-centernet');
  assert.ok(said.some((line) => /yolox-nano cannot be fetched .*coco-centernet looks instead/.test(line)));
  const session = await openSession(found.path, found.manifest);
  await session.release();
  const conversions = () => said.filter((line) => /^converted coco-centernet/.test(line)).length;
  assert.equal(conversions(), 1);
  assert.equal((await findModel('coco-centernet', options)).path, found.path);
  assert.equal(conversions(), 1);
});

test('everything known of a model can be shown', async () => {
  const { licence, source } = await describeModel('fastestdet');
  assert.deepEqual([licence, /dog-qiuqiu/.test(source)], ['BSD-3-Clause', true]);
  await assert.rejects(describeModel('./nowhere.onnx'), { code: 'MODEL_NOT_FOUND' });
});
