import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Detection } from '../../src/topics/result-record.ts';
import { type TrackChange, Tracker, type TrackerState } from '../../src/track/tracker.ts';
import { Random } from '../stage/order/random.ts';

const person = (x: number, y: number, score = 0.9): Detection => ({
  label: 'person',
  score,
  box: { x, y, width: 40, height: 100 },
});

function feed(tracker: Tracker, frame: number, framesPerSecond: number, detections: readonly Detection[]): string[] {
  const ptsUs = Math.round((frame * 1e6) / framesPerSecond);
  return inWords(tracker.update({ frame, ptsUs, capturedAtUs: ptsUs }, detections));
}

function inWords(changes: readonly TrackChange[]): string[] {
  return changes.map(({ type, track }) => `${type} ${track.number} (${track.id})`);
}

test('a track begins once it was seen for a while, whatever the frame rate, and ends some time after it was seen last', () => {
  for (const framesPerSecond of [5, 10, 60]) {
    const tracker = new Tracker();
    const told: [seconds: number, what: string][] = [];
    for (let frame = 0; frame < 5 * framesPerSecond; frame++) {
      const seconds = frame / framesPerSecond;
      const detections = seconds < 2 ? [person(100 + 50 * seconds, 50)] : [];
      for (const what of feed(tracker, frame, framesPerSecond, detections)) told.push([seconds, what]);
    }
    assert.deepEqual(
      told.map(([, what]) => what),
      ['began 1 (0.0)', 'lost 1 (0.0)', 'ended 1 (0.0)'],
      `at ${framesPerSecond} frames/s`,
    );
    const [[began = 0] = [], , [ended = 0] = []] = told;
    assert.ok(began >= 0.15 && began <= 0.2 + 1e-9, `began at ${began} s`);
    assert.ok(Math.abs(ended - 4) <= 0.25, `ended at ${ended} s`);
  }
});

test('noise of a single frame and uncertain things begin nothing', () => {
  const tracker = new Tracker();
  assert.deepEqual(feed(tracker, 0, 10, [person(100, 50)]), []);
  for (let frame = 1; frame < 20; frame++) assert.deepEqual(feed(tracker, frame, 10, [person(400, 50, 0.4)]), []);
  assert.deepEqual(tracker.tracks, []);
});

test('an uncertain detection keeps a track that is there', () => {
  const tracker = new Tracker();
  for (let frame = 0; frame < 5; frame++) feed(tracker, frame, 10, [person(100 + 3 * frame, 50)]);
  for (let frame = 5; frame < 15; frame++) {
    assert.deepEqual(feed(tracker, frame, 10, [person(100 + 3 * frame, 50, 0.2)]), []);
  }
  assert.equal(tracker.tracks[0]?.phase, 'seen');
});

test('somebody who is hidden for a second is found again where their walk leads', () => {
  const tracker = new Tracker();
  const told: string[] = [];
  for (let frame = 0; frame < 40; frame++) {
    const isHidden = frame >= 15 && frame < 25;
    told.push(...feed(tracker, frame, 10, isHidden ? [] : [person(100 + 8 * frame, 50)]));
  }
  assert.deepEqual(told, ['began 1 (0.0)', 'lost 1 (0.0)', 'found 1 (0.0)']);
});

test('two who cross keep their numbers', () => {
  const tracker = new Tracker();
  const told: string[] = [];
  for (let frame = 0; frame < 40; frame++) {
    told.push(...feed(tracker, frame, 10, [person(100 + 8 * frame, 50), person(420 - 8 * frame, 75)]));
  }
  assert.deepEqual(told, ['began 1 (0.0)', 'began 2 (0.1)']);
  const [first, second] = tracker.tracks;
  assert.ok((first?.box.x ?? 0) > 350 && (second?.box.x ?? 999) < 150);
});

test('things of different labels are not one track', () => {
  const tracker = new Tracker();
  for (let frame = 0; frame < 5; frame++)
    feed(tracker, frame, 10, [person(100, 50), { ...person(102, 52), label: 'dog' }]);
  assert.deepEqual(tracker.tracks.map(({ label }) => label).sort(), ['dog', 'person']);
});

test('the end of a session ends what is in it', () => {
  const tracker = new Tracker();
  for (let frame = 0; frame < 5; frame++) feed(tracker, frame, 10, [person(100, 50)]);
  assert.deepEqual(inWords(tracker.end()), ['ended 1 (0.0)']);
  assert.deepEqual(tracker.tracks, []);
});

test('a replay gives the same tracks, also with a restart at any frame', () => {
  const random = new Random(7);
  const frames = Array.from({ length: 120 }, (_, frame) =>
    [0, 1, 2, 3]
      .filter(() => random.chance(0.85))
      .map((each) => person(50 + 90 * each + 20 * Math.sin(frame / 9 + each) + 4 * random.next(), 40, random.next())),
  );
  const whole = new Tracker();
  const expected = frames.flatMap((detections, frame) => feed(whole, frame, 10, detections));
  let parted = new Tracker();
  const found = frames.flatMap((detections, frame) => {
    if (frame % 7 === 3) parted = new Tracker(undefined, JSON.parse(JSON.stringify(parted.state())) as TrackerState);
    return feed(parted, frame, 10, detections);
  });
  assert.ok(expected.length > 6);
  assert.deepEqual(found, expected);
});

/** Ten frames a second; undefined: nothing moved and nobody looked. */
function watch(tracker: Tracker, frames: readonly (readonly Detection[] | undefined)[]): string[] {
  const first = Math.round(((tracker.state().ptsUs ?? -100_000) + 100_000) / 100_000);
  return frames.flatMap((detections, index) => {
    if (detections) return feed(tracker, first + index, 10, detections);
    return inWords(tracker.stayStill({ ptsUs: (first + index) * 100_000 }));
  });
}
const still = (frames: number) => Array.from({ length: frames }, () => undefined);
const seen = (frames: number, detections: readonly Detection[]) => Array.from({ length: frames }, () => detections);

test('somebody who stands still is there through still frames, seen at each look or not, and moves on as the same', () => {
  const tracker = new Tracker();
  const stands = [person(100, 50)];
  assert.deepEqual(watch(tracker, seen(10, stands)), ['began 1 (0.0)']);
  assert.deepEqual(watch(tracker, [...still(99), stands, ...still(99), [], ...still(99), stands, ...still(99)]), []);
  assert.equal(tracker.tracks[0]?.phase, 'seen');
  // Hidden for a second right after it moved again.
  const walks = [...seen(1, []), ...seen(9, []), ...seen(5, [person(110, 50)])];
  assert.deepEqual(watch(tracker, walks), ['lost 1 (0.0)', 'found 1 (0.0)']);
});

test('who is missed at two looks between still frames has gone, and who left before them is not waited for', () => {
  const tracker = new Tracker();
  watch(tracker, seen(10, [person(100, 50)]));
  assert.deepEqual(watch(tracker, [...still(99), [], ...still(99)]), []);
  assert.deepEqual(watch(tracker, [[], ...still(30)]), ['lost 1 (0.0)', 'ended 1 (0.0)']);

  watch(tracker, seen(10, [person(300, 50)]));
  assert.deepEqual(watch(tracker, [...seen(10, []), ...still(8)]), ['lost 2 (240.0)']);
  assert.deepEqual(watch(tracker, still(8)), ['ended 2 (240.0)']);
});

test('somebody who is first seen at a look between still frames is one track', () => {
  const tracker = new Tracker();
  const stands = [person(100, 50)];
  assert.deepEqual(watch(tracker, [...still(9), stands, ...still(9), stands, ...still(9)]), ['began 1 (9.0)']);
  const state = JSON.parse(JSON.stringify(tracker.state())) as TrackerState;
  assert.deepEqual(watch(new Tracker(undefined, state), [[], ...still(9)]), [], 'also after a restart');
});
