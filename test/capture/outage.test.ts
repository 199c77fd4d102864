import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { fault, isFault } from '../../src/base/errors.ts';
import { startCapture } from '../../src/capture/start-capture.ts';
import { totalLost } from '../../src/topics/ledger-record.ts';
import { camera, capture, temporaryDirectory } from './capture-run.ts';
import { FakeProducer } from './fake-producer.ts';
import { makeVideo } from './make-video.ts';

const away = fault('BROKER_UNREACHABLE', 'no broker answers at 127.0.0.1:1');

test('a live camera keeps frames in memory while the broker is away, and counts what no longer fits', async (t) => {
  const producer = new FakeProducer();
  const cameras = [camera('testsrc', { fps: 50, width: 160 })];
  const { part } = await capture(t, { cameras, once: false }, { producer, maxBufferedBytes: 20_000 });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  producer.refusal = away;
  await new Promise((resolve) => setTimeout(resolve, 600));
  producer.refusal = undefined;
  await producer.until(() => (producer.last?.lost['buffer-full'] ?? 0) > 0, 'the statement of the loss');
  const atReturn = producer.frames.length;
  await producer.until(() => producer.frames.length > atReturn + 3, 'frames after the return');
  await part.close();
  const { captured = 0, published = 0, lost = {} } = producer.last ?? {};
  assert.deepEqual(
    producer.frames.map(({ frame }) => frame),
    Array.from({ length: published }, (_, index) => index),
  );
  assert.equal(captured, published + totalLost({ lost }));
  assert.deepEqual(Object.keys(lost), ['buffer-full']);
  const gaps = producer.frames.slice(1).filter(({ ptsUs }, i) => ptsUs - (producer.frames[i]?.ptsUs ?? 0) > 30_000);
  assert.ok(gaps.length >= 1, 'the lost frames are a gap in stream time, not in numbers');
});

test('a disk that is full is named as the reason, and the camera goes on once there is room', async (t) => {
  const producer = new FakeProducer();
  const cameras = [camera('testsrc', { fps: 50, width: 160 })];
  await capture(t, { cameras, once: false }, { producer, maxBufferedBytes: 20_000 });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  producer.refusal = fault('DISK_FULL', 'the disk under vigil-data has no room left');
  await new Promise((resolve) => setTimeout(resolve, 500));
  producer.refusal = undefined;
  await producer.until(() => (producer.last?.lost['disk-full'] ?? 0) > 0, 'the statement of the loss');
});

test('a film waits for the broker and loses nothing', async (t) => {
  const path = join(await temporaryDirectory(t), 'film.mp4');
  await makeVideo({ path, frames: 80, width: 160, height: 120 });
  const producer = new FakeProducer();
  producer.refusal = away;
  const { part, lines } = await capture(t, { cameras: [camera(path)] }, { producer, maxBufferedBytes: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(producer.frames.length, 0);
  producer.refusal = undefined;
  await part.done;
  assert.deepEqual(
    producer.frames.map(({ frame }) => frame),
    Array.from({ length: 80 }, (_, index) => index),
  );
  assert.deepEqual(producer.last?.lost, {});
  assert.ok(
    lines.some((line) => line.includes('no broker answers')),
    'the wait is told',
  );
});

test('the last statement comes after the last acknowledgement', async (t) => {
  const path = join(await temporaryDirectory(t), 'film.mp4');
  await makeVideo({ path, frames: 10 });
  const producer = new FakeProducer();
  const acknowledging = Promise.withResolvers<void>();
  producer.gate = acknowledging.promise;
  const { part } = await capture(t, { cameras: [camera(path)] }, { producer });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(!producer.statements.some(({ state }) => state === 'ended'));
  acknowledging.resolve();
  await part.done;
  assert.deepEqual([producer.last?.state, producer.last?.captured, producer.last?.published], ['ended', 10, 10]);
  assert.deepEqual(
    producer.statements
      .map(({ state }) => state)
      .filter((each, i, all) => each !== all[i - 1])
      .at(-1),
    'ended',
  );
});

test('a film has not ended before its last statement is on the ledger', async (t) => {
  const path = join(await temporaryDirectory(t), 'film.mp4');
  await makeVideo({ path, frames: 10 });
  const producer = new FakeProducer();
  const { part } = await capture(t, { cameras: [camera(path)], pace: 'live' }, { producer });
  await producer.until(() => producer.frames.length === 10, 'all frames');
  producer.refusal = away;
  const outcome = await Promise.race([
    part.done.then(() => 'done'),
    new Promise((resolve) => setTimeout(resolve, 800, 'waits')),
  ]);
  assert.equal(outcome, 'waits');
  producer.refusal = undefined;
  await part.done;
  assert.equal(producer.last?.state, 'ended');
});

test('capture that is closed while the broker is away gives up within two seconds and closes its producer', async (t) => {
  const producer = new FakeProducer();
  const cameras = [camera('testsrc', { fps: 50, width: 160 })];
  const { part, lines } = await capture(t, { cameras, once: false }, { producer });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  producer.refusal = away;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const startedAtMs = performance.now();
  await part.close();
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < 2500, `closing took ${tookMs} ms`);
  assert.ok(producer.closed);
  assert.ok(lines.some((line) => /\d+ frames of cam could not be published/.test(line)));
});

test('capture that is closed while the broker leaves a request unanswered does not wait for it', async (t) => {
  const producer = new FakeProducer();
  const { part } = await capture(
    t,
    { cameras: [camera('testsrc', { fps: 50, width: 160 })], once: false },
    { producer },
  );
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  producer.gate = new Promise(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const startedAtMs = performance.now();
  await part.close();
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < 2500, `closing took ${tookMs} ms`);
});

test('a broker without the topic of the frames is named before any camera is opened', async () => {
  const producer = new FakeProducer();
  producer.partitions = 0;
  const logger = pino({ level: 'silent' });
  const options = { brokers: ['kafka:9092'], cameras: [], pace: 'live' as const, once: true, logger };
  const starting = startCapture(options, { openProducer: async () => producer });
  await assert.rejects(
    starting,
    (error) => isFault(error, 'BROKER_UNREACHABLE') && /raw_video_frames/.test(error.message),
  );
  assert.ok(producer.closed);
});

test('two cameras are captured side by side, each with numbers of its own', async (t) => {
  const cameras = [camera('testsrc:1', { id: 'a', width: 160 }), camera('testsrc:2', { id: 'b', width: 160 })];
  const { part, producer } = await capture(t, { cameras });
  await part.done;
  for (const [id, count] of [
    ['a', 10],
    ['b', 20],
  ] as const) {
    const numbers = producer.frames.filter((frame) => frame.camera === id).map(({ frame }) => frame);
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, index) => index),
    );
  }
});

test('frames that were sent and had no answer when capture closed are stated as such: the log may hold them', async (t) => {
  const producer = new FakeProducer();
  const cameras = [camera('testsrc', { fps: 50, width: 160 })];
  const { part } = await capture(t, { cameras, once: false }, { producer });
  await producer.until(() => producer.frames.length >= 3, 'the first frames');
  producer.frameGate = new Promise(() => {});
  await producer.until(
    () => (producer.last?.captured ?? 0) > (producer.last?.published ?? 0),
    'a frame without answer',
  );
  await part.close();
  const { captured = 0, published = 0, lost = {}, unanswered = 0 } = producer.last ?? {};
  assert.equal(captured, published + totalLost({ lost }));
  assert.ok(unanswered > 0 && unanswered <= totalLost({ lost }), JSON.stringify(producer.last));
});
