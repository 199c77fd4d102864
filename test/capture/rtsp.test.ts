import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { camera, capture } from './capture-run.ts';
import { type H264Clip, readH264Clip } from './h264-clip.ts';
import { makeVideo } from './make-video.ts';
import { RtspServer, type RtspServerOptions } from './rtsp-server.ts';

let directory = '';
let clip: H264Clip;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vigil-capture-'));
  const path = join(directory, 'clip.mp4');
  // Live cameras send no B-frames; two keyframes a second, for a quick start.
  await makeVideo({ path, frames: 20, fps: 20, keyframeEvery: 10, bFrames: 0, width: 320, height: 240 });
  clip = await readH264Clip(path);
});
after(() => rm(directory, { recursive: true, force: true }));

async function startCamera(t: TestContext, options: Partial<RtspServerOptions> = {}): Promise<[RtspServer, string]> {
  const server = new RtspServer({ clip, fps: 20, ...options });
  const address = await server.listen();
  t.after(() => server.close());
  return [server, address];
}

for (const rtspTransport of ['tcp', 'udp'] as const) {
  test(`an RTSP camera is captured over ${rtspTransport}, frames numbered without a hole`, async (t) => {
    const [, address] = await startCamera(t);
    const cameras = [camera(`rtsp://${address}/live`, { rtspTransport, fps: 20 })];
    const { part, producer } = await capture(t, { cameras, once: false });
    await producer.until(() => producer.frames.length >= 15, '15 frames');
    await part.close();
    assert.deepEqual(
      producer.frames.map(({ frame }) => frame),
      producer.frames.map((_, index) => index),
    );
    const intervals = producer.frames.slice(2).map(({ ptsUs }, i) => ptsUs - (producer.frames[i + 1]?.ptsUs ?? 0));
    assert.ok(
      intervals.every((us) => Math.abs(us - 50_000) < 100),
      `intervals ${intervals.join(' ')}`,
    );
    assert.equal(producer.last?.state, 'ended');
    assert.equal(producer.last?.captured, producer.frames.length);
    assert.equal(producer.last?.published, producer.frames.length);
    assert.equal(producer.last?.live, true);
  });
}

test('frames whose packets are lost on the way over udp are counted as lost, and numbers keep no hole', async (t) => {
  const [, address] = await startCamera(t, { loses: (packet) => packet > 45 && packet % 30 < 2 });
  const cameras = [camera(`rtsp://${address}/live`, { rtspTransport: 'udp', fps: 20 })];
  const { part, producer } = await capture(t, { cameras, once: false });
  await producer.until(() => (producer.last?.lost['packet-loss'] ?? 0) >= 2, 'the statement of the loss');
  await part.close();
  const { captured = 0, published = 0, lost = {} } = producer.last ?? {};
  assert.deepEqual(Object.keys(lost), ['packet-loss']);
  assert.equal(captured, published + (lost['packet-loss'] ?? 0));
  assert.deepEqual(
    producer.frames.map(({ frame }) => frame),
    producer.frames.map((_, index) => index),
  );
  const steps = producer.frames.slice(2).map(({ ptsUs }, i) => ptsUs - (producer.frames[i + 1]?.ptsUs ?? 0));
  const absent = steps.reduce((sum, us) => sum + Math.round(us / 50_000) - 1, 0);
  assert.equal(lost['packet-loss'], absent);
});

test('joining between two keyframes begins with the first picture that can be decoded whole', async (t) => {
  const [, address] = await startCamera(t, { joinAt: 15 });
  const { part, producer } = await capture(t, {
    cameras: [camera(`rtsp://${address}/live`, { fps: 20 })],
    once: false,
  });
  await producer.until(() => producer.frames.length >= 5, '5 frames');
  await part.close();
  assert.deepEqual(producer.last?.lost, {});
  // Of the pictures 15 to 19 each needs one before it that was never sent; the sixth one is a keyframe.
  const ptsUs = producer.frames[0]?.ptsUs ?? 0;
  assert.ok(ptsUs >= 4 * 50_000 && ptsUs <= 5 * 50_000, `the first frame is at ${ptsUs} µs`);
});

test('a wanted rate below the camera’s takes every second frame', async (t) => {
  const [, address] = await startCamera(t);
  const { producer } = await capture(t, { cameras: [camera(`rtsp://${address}/live`, { fps: 10 })], once: false });
  await producer.until(() => producer.frames.length >= 8, '8 frames');
  const spanUs = (producer.frames[7]?.ptsUs ?? 0) - (producer.frames[0]?.ptsUs ?? 0);
  assert.ok(Math.abs(spanUs - 700_000) <= 50_000, `8 frames span ${spanUs} µs`);
});

test('a camera whose connection is cut is opened again, in a new session', async (t) => {
  const [server, address] = await startCamera(t);
  const { part, producer } = await capture(t, { cameras: [camera(`rtsp://${address}/live`)], once: false });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  const first = producer.frames[0]?.session;
  server.drop();
  await producer.until(() => producer.frames.some(({ session }) => session !== first), 'a frame of a second session');
  await part.close();
  const reconnecting = producer.statements.find(({ state }) => state === 'reconnecting');
  assert.equal(reconnecting?.session, first);
  assert.equal(reconnecting?.error?.code, 'SOURCE_ENDED');
  assert.ok(producer.frames.filter(({ session }) => session !== first).every(({ frame }, index) => frame === index));
  const sessions = [...new Set(producer.frames.map(({ session }) => session))];
  assert.deepEqual(sessions, sessions.toSorted(), 'sessions sort by time');
  for (const id of sessions) {
    const last = producer.statements.findLast(({ session }) => session === id);
    assert.equal(last?.state, 'ended');
    assert.equal(last?.published, producer.frames.filter(({ session }) => session === id).length);
    assert.equal(last?.captured, last?.published);
  }
  assert.equal(producer.last?.reconnects, 1);
});

for (const kind of ['basic', 'digest'] as const) {
  test(`a camera that asks for ${kind} authentication is captured with the password of its source`, async (t) => {
    const [, address] = await startCamera(t, { auth: { kind, user: 'viewer', password: 's3cret' } });
    const { producer, lines } = await capture(t, {
      cameras: [camera(`rtsp://viewer:s3cret@${address}/live`)],
      once: false,
    });
    await producer.until(() => producer.frames.length >= 1, 'a frame');
    assert.doesNotMatch(lines.join('') + JSON.stringify(producer.statements), /s3cret/);
  });
}

test('a camera that refuses the password is named as such, without the password, and asked slowly', async (t) => {
  const [server, address] = await startCamera(t, { auth: { kind: 'digest', user: 'viewer', password: 'right' } });
  const asked: boolean[] = [];
  const { producer, lines } = await capture(
    t,
    { cameras: [camera(`rtsp://viewer:wr0ng@${address}/live`)], once: false },
    {
      delayMs: (_, refused) => {
        asked.push(refused);
        return 20;
      },
    },
  );
  await producer.until(() => asked.length >= 2, 'two attempts');
  assert.ok(server.refused > 0);
  assert.ok(asked.every(Boolean));
  assert.equal(producer.last?.state, 'reconnecting');
  assert.equal(producer.last?.error?.code, 'SOURCE_UNAUTHORIZED');
  assert.equal(new Set(producer.statements.map(({ session }) => session)).size, 1, 'nothing was opened');
  assert.doesNotMatch(lines.join('') + JSON.stringify(producer.statements), /wr0ng/);
});

test('a camera that goes silent is opened again', async (t) => {
  const [server, address] = await startCamera(t);
  const { producer } = await capture(t, {
    cameras: [camera(`rtsp://${address}/live`, { silenceMs: 700 })],
    once: false,
  });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  server.silent = true;
  await producer.until(() => producer.last?.state === 'reconnecting', 'the statement');
  assert.equal(producer.last?.error?.code, 'SOURCE_SILENT');
  const before = producer.frames.length;
  server.silent = false;
  await producer.until(() => producer.frames.length > before, 'frames of a new session');
});

test('a camera that is not there is unreachable, and captured once it comes', async (t) => {
  const server = new RtspServer({ clip, fps: 20 });
  const address = await server.listen();
  await server.close();
  const { producer } = await capture(t, { cameras: [camera(`rtsp://${address}/live`)], once: false });
  await producer.until(() => producer.last?.state === 'reconnecting', 'the statement');
  assert.equal(producer.last?.error?.code, 'SOURCE_UNREACHABLE');
  const back = new RtspServer({ clip, fps: 20 });
  await back.listen(Number(address.split(':')[1]));
  t.after(() => back.close());
  await producer.until(() => producer.frames.length >= 1, 'a frame');
  assert.ok((producer.statements.at(-1)?.reconnects ?? 0) >= 1);
});

test('capture closes at once while a camera takes the connection and never answers', async (t) => {
  const [server, address] = await startCamera(t, { mute: true });
  const { part } = await capture(t, { cameras: [camera(`rtsp://${address}/live`)], once: false });
  while (server.connections === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const startedAtMs = performance.now();
  await part.close();
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < 4000, `closing took ${tookMs} ms`);
});

test('capture closes at once while a running camera is silent', async (t) => {
  const [server, address] = await startCamera(t);
  const { part, producer } = await capture(t, { cameras: [camera(`rtsp://${address}/live`)], once: false });
  await producer.until(() => producer.frames.length >= 1, 'a frame');
  server.silent = true;
  const startedAtMs = performance.now();
  await part.close();
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < 4000, `closing took ${tookMs} ms`);
  assert.equal(producer.last?.state, 'ended');
});
