import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type TestContext, test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import type { Frame } from '../../src/topics/frame-record.ts';
import { camera, capture, temporaryDirectory } from './capture-run.ts';
import { FakeProducer } from './fake-producer.ts';
import { footage, needsFootage } from './footage.ts';
import { makeVideo, type VideoOptions } from './make-video.ts';

async function film(t: TestContext, options: Partial<VideoOptions> = {}, name = 'film.mp4'): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await makeVideo({ path, frames: 30, ...options });
  return path;
}

function assertNumbered(frames: readonly Frame[], count: number): void {
  assert.deepEqual(
    frames.map(({ frame }) => frame),
    Array.from({ length: count }, (_, index) => index),
  );
}

for (const [name, count] of [
  ['people/one-by-one-person-detection.mp4', 1394],
  ['people/vtest.avi', 795],
  ['traffic/car-detection.mp4', 302],
] as const) {
  test(`${name} at 10 frames per second gives exactly ${count} frames`, { skip: needsFootage(name) }, async (t) => {
    const { part, producer } = await capture(t, { cameras: [camera(footage(name), { width: 160 })] });
    await part.done;
    assertNumbered(producer.frames, count);
    const { state, captured, published, lost } = producer.last ?? {};
    assert.deepEqual(
      { state, captured, published, lost },
      { state: 'ended', captured: count, published: count, lost: {} },
    );
  });
}

test('with a motion gate frames in which nothing moves say so, all others do not, and none is left out', async (t) => {
  const grey = [128, 128, 128] as const;
  const paint = (n: number) => [grey, grey, grey, n >= 55 && n < 58 ? ([20, 20, 20] as const) : grey] as const;
  const path = await film(t, { frames: 90, paint });
  const { part, producer } = await capture(t, { cameras: [camera(path, { motionGate: { refreshMs: 2000 } })] });
  await part.done;
  assertNumbered(producer.frames, 90);
  const looked = producer.frames.filter(({ still }) => !still).map(({ frame }) => frame);
  const fromTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
  // It learns for a second, refreshes every two, and stays open for a second after what moved.
  assert.deepEqual(looked, [...fromTo(0, 9), 29, 49, ...fromTo(55, 67), 87]);
});

test('every frame of a film comes out, those that the decoder holds back included', async (t) => {
  const path = await film(t, { frames: 23 });
  const { part, producer } = await capture(t, { cameras: [camera(path)] });
  await part.done;
  assertNumbered(producer.frames, 23);
  assert.deepEqual(
    producer.frames.map(({ ptsUs }) => ptsUs),
    Array.from({ length: 23 }, (_, index) => index * 100_000),
  );
});

test('a rate below the film’s chooses frames evenly, one above it gives all', async (t) => {
  const path = await film(t, { frames: 50, fps: 25 });
  const ptsAt = async (fps: number): Promise<number[]> => {
    const { part, producer } = await capture(t, { cameras: [camera(path, { fps })] });
    await part.done;
    return producer.frames.map(({ ptsUs }) => ptsUs / 40_000);
  };
  assert.deepEqual(await ptsAt(5), [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  assert.equal((await ptsAt(10)).length, 20);
  assert.equal((await ptsAt(60)).length, 50);
});

test('a picture is made smaller to the wanted width with an even height, and never larger', async (t) => {
  const path = await film(t, { frames: 1, width: 320, height: 180 });
  const sizeAt = async (width: number): Promise<number[]> => {
    const { part, producer } = await capture(t, { cameras: [camera(path, { width })] });
    await part.done;
    const [frame] = producer.frames;
    assert.ok(frame);
    const startOfFrame = frame.jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    assert.ok(startOfFrame > 0, 'a baseline JPEG');
    assert.equal(frame.jpeg.readUInt16BE(startOfFrame + 5), frame.height);
    assert.equal(frame.jpeg.readUInt16BE(startOfFrame + 7), frame.width);
    return [frame.width, frame.height];
  };
  assert.deepEqual(await sizeAt(160), [160, 90]);
  assert.deepEqual(await sizeAt(100), [100, 56]);
  assert.deepEqual(await sizeAt(1280), [320, 180]);
});

test('a film runs at the speed at which it was filmed, and as fast as it can when told so', async (t) => {
  const path = await film(t, { frames: 11, fps: 10 });
  const msAt = async (pace: 'live' | 'fast'): Promise<{ ms: number; frames: Frame[] }> => {
    const startedAtMs = performance.now();
    const { part, producer } = await capture(t, { cameras: [camera(path)], pace });
    await part.done;
    return { ms: performance.now() - startedAtMs, frames: producer.frames };
  };
  const live = await msAt('live');
  assert.ok(live.ms >= 990 && live.ms < 3000, `one second of film took ${live.ms} ms`);
  const spanUs = (live.frames.at(-1)?.capturedAtUs ?? 0) - (live.frames[0]?.capturedAtUs ?? 0);
  assert.ok(Math.abs(spanUs - 1_000_000) < 300_000, `captured within ${spanUs} µs`);
  const fast = await msAt('fast');
  assert.ok(fast.ms < 900, `took ${fast.ms} ms`);
});

test('a film that loops goes on with its numbers and its stream time', async (t) => {
  const path = await film(t, { frames: 5 });
  const { producer } = await capture(t, { cameras: [camera(path, { loop: true })], once: false });
  await producer.until(() => producer.frames.length >= 13, '13 frames');
  assertNumbered(producer.frames.slice(0, 13), 13);
  assert.deepEqual(
    producer.frames.slice(0, 13).map(({ ptsUs }) => ptsUs),
    Array.from({ length: 13 }, (_, index) => index * 100_000),
  );
  assert.equal(new Set(producer.frames.map(({ session }) => session)).size, 1);
});

test('the pictures and films of a folder are one session in natural order', async (t) => {
  const folder = await temporaryDirectory(t);
  const one = join(folder, 'source.mp4');
  await makeVideo({ path: one, frames: 3 });
  const { part: first, producer: pictures } = await capture(t, { cameras: [camera(one)] });
  await first.done;
  const album = join(folder, 'album');
  await mkdir(album);
  for (const [name, n] of [
    ['2.jpg', 0],
    ['10.jpg', 2],
  ] as const) {
    await writeFile(join(album, name), pictures.frames[n]?.jpeg ?? '');
  }
  await copyFile(one, join(album, '9.mp4'));
  await writeFile(join(album, 'notes.txt'), 'not a picture');
  await writeFile(join(album, '7.jpg'), 'no picture either');
  const { part, producer } = await capture(t, { cameras: [camera(album)] });
  await part.done;
  assertNumbered(producer.frames, 5);
  assert.deepEqual(
    producer.frames.map(({ ptsUs }) => ptsUs),
    [0, 100_000, 200_000, 300_000, 400_000],
  );
  const { captured, published, lost } = producer.last ?? {};
  assert.deepEqual({ captured, published, lost }, { captured: 6, published: 5, lost: { 'decode-error': 1 } });
});

test('the test picture moves, and ends after the seconds given', async (t) => {
  const { part, producer } = await capture(t, { cameras: [camera('testsrc:1', { width: 160, fps: 10 })] });
  await part.done;
  assertNumbered(producer.frames, 10);
  assert.deepEqual([producer.frames[0]?.width, producer.frames[0]?.height], [160, 90]);
  assert.equal(new Set(producer.frames.map(({ jpeg }) => jpeg.toString('base64'))).size, 10);
});

test('a film that is missing, empty, cut short or no film ends its camera with a fault; others go on', async (t) => {
  const good = await film(t, { frames: 40, width: 320, height: 240 });
  const folder = await temporaryDirectory(t);
  const bytes = await readFile(good);
  await writeFile(join(folder, 'empty.mp4'), '');
  await writeFile(join(folder, 'text.mp4'), 'this is not a film'.repeat(100));
  // An AVI can be read up to where it was cut; an MP4 as written here has its index at the end and cannot.
  await writeFile(join(folder, 'headless.mp4'), bytes.subarray(0, bytes.length / 2));
  await makeVideo({ path: join(folder, 'whole.avi'), frames: 40, width: 320, height: 240 });
  const avi = await readFile(join(folder, 'whole.avi'));
  await writeFile(join(folder, 'cut.avi'), avi.subarray(0, Math.floor(avi.length * 0.5)));
  const cameras = [
    camera(join(folder, 'missing.mp4'), { id: 'missing' }),
    camera(join(folder, 'empty.mp4'), { id: 'empty' }),
    camera(join(folder, 'text.mp4'), { id: 'text' }),
    camera(join(folder, 'headless.mp4'), { id: 'headless' }),
    camera(join(folder, 'cut.avi'), { id: 'cut' }),
    camera(folder.concat('/nothing-in-here/'), { id: 'folder' }),
    camera(good, { id: 'good' }),
  ];
  await mkdir(join(folder, 'nothing-in-here'));
  const { part, producer } = await capture(t, { cameras });
  await assert.rejects(
    part.done,
    (error) => isFault(error, 'SOURCE_NOT_FOUND') && error.message.includes('missing.mp4'),
  );
  const last = (id: string) => producer.statements.findLast(({ camera: each }) => each === id);
  assert.equal(last('good')?.state, 'ended');
  assert.equal(last('good')?.published, 40);
  for (const id of ['empty', 'text', 'headless', 'cut', 'folder']) {
    assert.equal(last(id)?.state, 'failed', id);
    assert.equal(last(id)?.error?.code, 'SOURCE_UNREADABLE', id);
  }
  assert.match(last('cut')?.error?.message ?? '', /it ends after \d+ of 40 frames/);
  assert.ok((last('cut')?.published ?? 0) > 5, 'what could be read was published');
});

test('without `once` a failed film is stated, and does not end the part with a fault', async (t) => {
  const { part, producer } = await capture(t, { cameras: [camera('/no/such/film.mp4')], once: false });
  await part.done;
  assert.deepEqual([producer.last?.state, producer.last?.error?.code], ['failed', 'SOURCE_NOT_FOUND']);
});

test('a damaged film loses only what cannot be decoded, and every frame is accounted for', async (t) => {
  const path = await film(t, { frames: 60, width: 320, height: 240, keyframeEvery: 5 });
  const bytes = await readFile(path);
  const media = bytes.indexOf('mdat');
  // The length of a unit in the middle of the pictures: the decoder refuses the picture.
  for (const share of [0.3, 0.5, 0.7])
    bytes.fill(0xff, media + Math.floor(bytes.length * share), media + Math.floor(bytes.length * share) + 400);
  await writeFile(path, bytes);
  const { part, producer } = await capture(t, { cameras: [camera(path)] });
  await part.done;
  const { captured = 0, published = 0, lost = {} } = producer.last ?? {};
  assertNumbered(producer.frames, published);
  assert.ok((lost['decode-error'] ?? 0) > 0, 'something was lost');
  assert.equal(captured, published + (lost['decode-error'] ?? 0));
  assert.equal(captured, 60);
});

test('capture does not hold up the event loop', async (t) => {
  const path = await film(t, { frames: 60, width: 1920, height: 1080, keyframeEvery: 30 });
  const producer = new FakeProducer();
  const resolutionMs = 2;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const { part } = await capture(t, { cameras: [camera(path, { width: 1280 })] }, { producer });
  await producer.until(() => producer.frames.length >= 5, 'the first frames');
  const before = producer.frames.length;
  const startedAtMs = performance.now();
  delay.enable();
  await part.done;
  delay.disable();
  const frameMs = (performance.now() - startedAtMs) / (producer.frames.length - before);
  assert.equal(producer.frames.length, 60);
  // Were the work on a picture done on the loop, the median delay would be as long as that work.
  const medianMs = delay.percentile(50) / 1e6;
  assert.ok(medianMs < resolutionMs + frameMs / 2, `median delay ${medianMs} ms, ${frameMs} ms a frame`);
});
