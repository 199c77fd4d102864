import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { camera, capture } from './capture-run.ts';
import { FakeProducer } from './fake-producer.ts';
import { HttpCamera, type HttpHandler, mjpeg, serveFile } from './http-camera.ts';
import { makeVideo } from './make-video.ts';

let directory = '';
let video: Buffer;
/** What capture itself makes of the video: JPEGs to serve. */
let pictures: Buffer[];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vigil-capture-'));
  const path = join(directory, 'clip.mp4');
  await makeVideo({ path, frames: 12, fps: 10, width: 160, height: 120 });
  video = await readFile(path);
  pictures = await jpegsOf(path);
});
after(() => rm(directory, { recursive: true, force: true }));

async function jpegsOf(path: string): Promise<Buffer[]> {
  const producer = new FakeProducer();
  const work: (() => Promise<void>)[] = [];
  const context = { after: (each: () => Promise<void>) => void work.push(each) } as unknown as TestContext;
  const { part } = await capture(context, { cameras: [camera(path)] }, { producer });
  await part.done;
  for (const each of work) await each();
  return producer.frames.map(({ jpeg }) => jpeg);
}

async function startCamera(t: TestContext, handler: HttpHandler): Promise<[HttpCamera, string]> {
  const server = new HttpCamera(handler);
  const address = await server.listen();
  t.after(() => server.close());
  return [server, address];
}

test('an MJPEG camera is captured, with its time of arrival as stream time', async (t) => {
  const [, address] = await startCamera(t, mjpeg(pictures, 50));
  const { producer } = await capture(t, { cameras: [camera(`${address}/video`, { fps: 30 })], once: false });
  await producer.until(() => producer.frames.length >= 12, '12 frames');
  assert.deepEqual(
    producer.frames.slice(0, 12).map(({ frame }) => frame),
    Array.from({ length: 12 }, (_, index) => index),
  );
  const ptsUs = producer.frames.map((frame) => frame.ptsUs);
  assert.deepEqual(
    ptsUs,
    ptsUs.toSorted((a, b) => a - b),
  );
  const spanUs = (ptsUs[11] ?? 0) - (ptsUs[0] ?? 0);
  assert.ok(spanUs > 250_000 && spanUs < 3_000_000, `12 frames 50 ms apart span ${spanUs} µs`);
  assert.equal(producer.last?.live, true);
});

test('an MJPEG camera that ends its stream is opened again', async (t) => {
  const [server, address] = await startCamera(t, mjpeg(pictures, 20, 4));
  const { producer } = await capture(t, { cameras: [camera(`${address}/video`, { fps: 60 })], once: false });
  await producer.until(() => new Set(producer.frames.map(({ session }) => session)).size >= 3, 'three sessions');
  assert.ok(server.requests >= 3);
  assert.ok(producer.statements.some(({ state, error }) => state === 'reconnecting' && error?.code === 'SOURCE_ENDED'));
});

test('a single JPEG is asked for again and again at the wanted rate', async (t) => {
  const picture = pictures[0] ?? Buffer.alloc(0);
  const [server, address] = await startCamera(t, serveFile(picture, 'image/jpeg'));
  const startedAtMs = performance.now();
  const { part, producer } = await capture(t, { cameras: [camera(`${address}/snapshot`, { fps: 10 })], once: false });
  await producer.until(() => producer.frames.length >= 6, '6 frames');
  const tookMs = performance.now() - startedAtMs;
  await part.close();
  assert.ok(tookMs >= 450, `6 frames at 10 per second came in ${tookMs} ms`);
  assert.ok(
    server.requests <= producer.frames.length + 2,
    `${server.requests} requests, ${producer.frames.length} frames`,
  );
  assert.equal(new Set(producer.frames.map(({ session }) => session)).size, 1);
  assert.equal(producer.last?.live, true);
});

test('a video file on a server is captured whole and then has ended', async (t) => {
  const [, address] = await startCamera(t, serveFile(video, 'video/mp4'));
  const { part, producer } = await capture(t, { cameras: [camera(`${address}/clip.mp4`)] });
  await part.done;
  assert.equal(producer.frames.length, 12);
  assert.deepEqual([producer.last?.state, producer.last?.live], ['ended', false]);
});

/** A server of HLS with 40 frames; without the end tag its playlist is that of a camera. */
async function startHls(t: TestContext, isRecording: boolean): Promise<string> {
  const folder = await mkdtemp(join(directory, 'hls-'));
  await makeVideo({ path: join(folder, 'index.m3u8'), frames: 40, fps: 10, width: 160, height: 120 });
  const files = new Map<string, Buffer>();
  for (const name of await readdir(folder)) files.set(`/${name}`, await readFile(join(folder, name)));
  const playlist = files.get('/index.m3u8')?.toString('utf8') ?? '';
  assert.match(playlist, /#EXT-X-ENDLIST/);
  if (!isRecording) files.set('/index.m3u8', Buffer.from(playlist.replace('#EXT-X-ENDLIST', '')));
  const [, address] = await startCamera(t, (request, response) => {
    const bytes = files.get(request.url ?? '');
    const type = request.url?.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t';
    if (bytes) serveFile(bytes, type)(request, response);
    else response.writeHead(404).end();
  });
  return `${address}/index.m3u8`;
}

test('an HLS recording is captured whole', async (t) => {
  const { part, producer } = await capture(t, { cameras: [camera(await startHls(t, true))] });
  await part.done;
  assert.equal(producer.frames.length, 40);
  assert.equal(producer.last?.live, false);
});

test('an HLS camera is live: when nothing new comes it is silent, and opened again', async (t) => {
  const cameras = [camera(await startHls(t, false), { silenceMs: 1500 })];
  const { producer } = await capture(t, { cameras, once: false });
  await producer.until(() => producer.frames.length >= 30, '30 frames');
  await producer.until(() => producer.statements.some(({ state }) => state === 'reconnecting'), 'the statement');
  const statement = producer.statements.find(({ state }) => state === 'reconnecting');
  assert.deepEqual([statement?.live, statement?.error?.code], [true, 'SOURCE_SILENT']);
});

test('the answer 401 is told apart from 404 and from a page that is no video', async (t) => {
  const [, address] = await startCamera(t, (request, response) => {
    if (request.url === '/private') response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' }).end();
    else if (request.url === '/page')
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Hello</p>'.repeat(99));
    else response.writeHead(404).end();
  });
  for (const [path, code] of [
    ['/private', 'SOURCE_UNAUTHORIZED'],
    ['/nothing', 'SOURCE_NOT_FOUND'],
    ['/page', 'SOURCE_UNREADABLE'],
  ] as const) {
    const { part, producer } = await capture(t, { cameras: [camera(`${address}${path}`)], once: false });
    await producer.until(() => producer.last?.state === 'reconnecting', `a statement about ${path}`);
    assert.equal(producer.last?.error?.code, code, path);
    await part.close();
  }
});

test('a server that never answers is silent, and capture closes at once meanwhile', async (t) => {
  const [, address] = await startCamera(t, () => undefined);
  const cameras = [camera(`${address}/video`, { silenceMs: 300 })];
  const { producer, part } = await capture(t, { cameras, once: false });
  await producer.until(() => producer.last?.error?.code === 'SOURCE_SILENT', 'the statement');
  const startedAtMs = performance.now();
  await part.close();
  assert.ok(performance.now() - startedAtMs < 4000);
});
