import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clip, demoClips, findDemoFootage } from '../../src/capture/demo-footage.ts';
import { temporaryDirectory } from './capture-run.ts';
import { HttpCamera, type HttpHandler, serveFile } from './http-camera.ts';

const bytes = Buffer.from('as good as a film');
const sha256 = createHash('sha256').update(bytes).digest('hex');

function clipAt(address: string, options: Partial<Clip> = {}): Clip {
  return { name: 'film.avi', url: `${address}/film.avi`, sha256, note: 'Demo footage: a film', ...options };
}

async function serve(t: TestContext, handler: HttpHandler): Promise<[HttpCamera, string]> {
  const server = new HttpCamera(handler);
  const address = await server.listen();
  t.after(() => server.close());
  return [server, address];
}

const noMedia = { mediaDir: undefined, log: () => undefined };

test('footage in VIGIL_MEDIA is taken first', async (t) => {
  const mediaDir = await temporaryDirectory(t);
  await mkdir(join(mediaDir, 'people'));
  await writeFile(join(mediaDir, 'people', 'film.avi'), bytes);
  const clips = [clipAt('http://127.0.0.1:1')];
  const found = await findDemoFootage({ ...noMedia, mediaDir, cacheDir: join(mediaDir, 'cache'), clips });
  assert.deepEqual(found, { source: join(mediaDir, 'people', 'film.avi'), note: 'Demo footage: a film', kind: 'file' });
});

test('footage is downloaded once, checked, and found in the cache from then on', async (t) => {
  const cacheDir = await temporaryDirectory(t);
  const [server, address] = await serve(t, serveFile(bytes, 'video/x-msvideo'));
  const clips = [clipAt(address)];
  const first = await findDemoFootage({ ...noMedia, cacheDir, clips });
  assert.equal(first.kind, 'file');
  assert.deepEqual(await readFile(first.source), bytes);
  assert.deepEqual(await findDemoFootage({ ...noMedia, cacheDir, clips }), first);
  assert.equal(server.requests, 1);
  await writeFile(first.source, 'spoiled');
  assert.deepEqual(await findDemoFootage({ ...noMedia, cacheDir, clips }), first);
  assert.equal(server.requests, 2);
});

test('a download with a wrong checksum is thrown away and told', async (t) => {
  const cacheDir = await temporaryDirectory(t);
  const [, address] = await serve(t, serveFile(Buffer.from('something else'), 'video/x-msvideo'));
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const found = await findDemoFootage({ mediaDir: undefined, log, cacheDir, clips: [clipAt(address)] });
  assert.deepEqual([found.source, found.kind], ['testsrc', 'testsrc']);
  assert.match(found.note, /Test picture/);
  assert.ok(lines.some((line) => line.includes(sha256)));
  assert.deepEqual(await readdir(join(cacheDir, 'media')), []);
});

test('where the first clip is gone the second is taken', async (t) => {
  const cacheDir = await temporaryDirectory(t);
  const [, address] = await serve(t, (request, response) => {
    if (request.url === '/film.avi') response.writeHead(404).end();
    else serveFile(bytes, 'video/mp4')(request, response);
  });
  const clips = [clipAt(address), clipAt(address, { name: 'other.mp4', url: `${address}/other.mp4` })];
  const found = await findDemoFootage({ ...noMedia, cacheDir, clips });
  assert.equal(found.source, join(cacheDir, 'media', 'other.mp4'));
});

test('without a network the system package is asked, and then the test picture shown, without delay', async (t) => {
  const cacheDir = await temporaryDirectory(t);
  const clips = [clipAt('http://127.0.0.1:1', { debianPackage: 'opencv-doc' })];
  const asked: string[] = [];
  const startedAtMs = performance.now();
  const fromPackage = async ({
    packageName,
    fileName,
    path,
  }: {
    packageName: string;
    fileName: string;
    path: string;
  }) => {
    asked.push(`${packageName} ${fileName}`);
    await writeFile(path, bytes);
  };
  const found = await findDemoFootage({ ...noMedia, cacheDir, clips, fromPackage });
  assert.deepEqual([found.kind, asked], ['file', ['opencv-doc film.avi']]);
  const refuse = () => Promise.reject(new Error('there is no apt here'));
  const other = await findDemoFootage({ ...noMedia, cacheDir: join(cacheDir, 'other'), clips, fromPackage: refuse });
  assert.equal(other.kind, 'testsrc');
  assert.ok(performance.now() - startedAtMs < 2500);
});

test('a server that takes the connection and never answers is left after three seconds, and not asked twice', async (t) => {
  const cacheDir = await temporaryDirectory(t);
  const [server, address] = await serve(t, () => undefined);
  const clips = [clipAt(address), clipAt(address, { name: 'other.avi' })];
  const startedAtMs = performance.now();
  const found = await findDemoFootage({ ...noMedia, cacheDir, clips });
  assert.equal(found.kind, 'testsrc');
  assert.equal(server.requests, 1);
  assert.ok(performance.now() - startedAtMs < 5900);
});

test('every clip is pinned and credited', () => {
  for (const { url, sha256: sum, note } of demoClips) {
    assert.match(url, /^https:\/\//);
    assert.match(sum, /^[0-9a-f]{64}$/);
    assert.match(note, /Demo footage: .+ (Apache-2\.0|CC BY 4\.0)$/);
  }
});
