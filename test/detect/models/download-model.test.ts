import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { downloadModel } from '../../../src/detect/models/download-model.ts';
import type { ModelManifest } from '../../../src/detect/models/manifest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lightManifest } from '../support/tiny-model.ts';

const bytes = Buffer.from('the weights of a model');

async function serve(t: TestContext, handler: RequestListener): Promise<ModelManifest> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/light.onnx`;
  const sha256 = [createHash('sha256').update(bytes).digest('hex')];
  return { ...lightManifest, file: { fileName: 'light.onnx', url, sha256, sizeBytes: bytes.length } };
}

function unavailable(pattern: RegExp) {
  return (error: unknown) => isFault(error, 'MODEL_UNAVAILABLE') && pattern.test(error.message);
}

test('a download that is right is there under its name, and nothing else is', async (t) => {
  const manifest = await serve(t, (_, response) => response.end(bytes));
  const directory = join(await temporaryFolder(t), 'models');
  const progress: number[][] = [];
  const onProgress = (received: number, total: number) => progress.push([received, total]);
  const path = await downloadModel(manifest, { directory, answerTimeoutMs: 5000, onProgress });
  assert.equal(path, join(directory, 'light.onnx'));
  assert.deepEqual(await readFile(path), bytes);
  assert.deepEqual(await readdir(directory), ['light.onnx']);
  assert.deepEqual(progress.at(-1), [bytes.length, bytes.length]);
});

test('a file with another checksum is thrown away and the old one stays', async (t) => {
  const manifest = await serve(t, (_, response) => response.end('<html>please log in</html>'));
  const directory = join(await temporaryFolder(t), 'models');
  await mkdir(directory);
  await writeFile(join(directory, 'light.onnx'), 'old');
  const download = downloadModel(manifest, { directory, answerTimeoutMs: 5000 });
  await assert.rejects(download, unavailable(/the file that came has the sha256 [0-9a-f]{64}; expected/));
  assert.deepEqual(await readdir(directory), ['light.onnx']);
  assert.equal(await readFile(join(directory, 'light.onnx'), 'utf8'), 'old');
});

test('a server that refuses, breaks off or does not answer is named, soon', async (t) => {
  const directory = await temporaryFolder(t);
  const attempt = async (handler: RequestListener, pattern: RegExp) => {
    const manifest = await serve(t, handler);
    await assert.rejects(downloadModel(manifest, { directory, answerTimeoutMs: 200 }), unavailable(pattern));
  };
  await attempt(
    (_, response) => response.writeHead(404).end(),
    /cannot be fetched from http.*: the server answered 404/,
  );
  await attempt((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write(bytes, () => response.destroy());
  }, /cannot be fetched/);
  await attempt(() => undefined, /no answer within 200 ms/);
  assert.deepEqual(await readdir(directory), []);
});

test('a server that is not there is told from one that is slow', async (t) => {
  const manifest = await serve(t, () => undefined);
  const directory = await temporaryFolder(t);
  const absent = { ...manifest, file: { ...manifest.file, url: 'http://127.0.0.1:1/light.onnx' } };
  await assert.rejects(downloadModel(absent, { directory, answerTimeoutMs: 5000 }), (error) => {
    assert.ok(isFault(error, 'MODEL_UNAVAILABLE'));
    assert.doesNotMatch(error.message, /no answer/);
    return true;
  });
});
