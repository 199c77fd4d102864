import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeopleFollower } from '../../../src/threat/window/follow-people.ts';
import { SlidingWindow } from '../../../src/threat/window/sliding-window.ts';
import { smoothJoints } from '../../../src/threat/window/smooth-joints.ts';
import { type Joint, jointNames } from '../../../src/topics/joints.ts';

const moment = (frame: number, ptsUs: number) => ({
  frame,
  ptsUs,
  capturedAtUs: ptsUs,
  width: 640,
  height: 360,
  people: [],
});

/** Feeds frames of a rate. @returns the frame at which the first window was full, and its length and span at the end */
function feed(fps: number, frames: number) {
  const window = new SlidingWindow();
  let first: number | undefined;
  let last: readonly { ptsUs: number }[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const ptsUs = Math.round((frame * 1e6) / fps);
    if (!window.wants(ptsUs)) continue;
    const full = window.add(moment(frame, ptsUs));
    if (full) first ??= frame;
    last = full ?? last;
  }
  const spanMs = ((last.at(-1)?.ptsUs ?? 0) - (last[0]?.ptsUs ?? 0)) / 1000;
  return { first, frames: last.length, spanMs };
}

test('a window is full with the seventh frame at ten a second, and holds two seconds', () => {
  assert.deepEqual(feed(10, 6), { first: undefined, frames: 0, spanMs: 0 });
  assert.deepEqual(feed(10, 45), { first: 6, frames: 21, spanMs: 2000 });
});

test('five frames a second take seven frames, sixty take half a second', () => {
  assert.equal(feed(5, 45).first, 6);
  const quick = feed(60, 301);
  assert.ok((quick.first ?? 0) / 60 >= 0.5 - 1e-9);
  assert.ok(quick.frames <= 34 && quick.frames >= 25, `${quick.frames} frames`);
});

test('a gap begins anew, and so does time that goes back', () => {
  const window = new SlidingWindow();
  for (let frame = 0; frame < 9; frame++) window.add(moment(frame, frame * 100_000));
  assert.equal(window.add(moment(9, 1_700_000)), undefined);
  for (let frame = 10; frame < 15; frame++) window.add(moment(frame, 1_700_000 + (frame - 9) * 100_000));
  assert.equal(window.add(moment(15, 2_300_000))?.length, 7);
  assert.equal(window.add(moment(16, 5)), undefined);
});

test('joints are smoothed by what the model was sure of', () => {
  const joints = (x: number, score: number): Joint[] => jointNames.map(() => [x, 0, score]);
  const frames = [0, 1, 2, 3, 4].map((index) => ({
    ptsUs: index * 100_000,
    joints: joints(index === 2 ? 90 : 10, index === 2 ? 0.05 : 0.9),
  }));
  const smooth = smoothJoints(frames);
  assert.ok((smooth[2]?.joints[0]?.[0] ?? 90) < 30, 'one wild guess is evened out');
  assert.ok(Math.abs((smooth[0]?.joints[0]?.[0] ?? 0) - 10) < 0.5);
});

test('people keep the names of their tracks, with the boxes and joints of their own detections', () => {
  const follower = new PeopleFollower();
  const joints = (x: number) => jointNames.map(() => [x, 5, 0.5]);
  const seen = [0, 1, 2, 3].map((frame) => {
    const at = { frame, ptsUs: frame * 100_000, capturedAtUs: 0 };
    return follower.see(at, [
      {
        label: 'person',
        score: 0.8,
        box: { x: 10 + 2 * frame, y: 10, width: 40, height: 100 },
        attributes: { joints: joints(1) },
      },
      {
        label: 'person',
        score: 0.8,
        box: { x: 300, y: 10, width: 40, height: 100 },
        attributes: { joints: joints(2) },
      },
      { label: 'dog', score: 0.9, box: { x: 200, y: 10, width: 40, height: 40 } },
    ]);
  });
  assert.equal(seen[3]?.length, 2);
  for (const people of seen.slice(1))
    assert.deepEqual(
      people.map(({ track }) => track),
      ['0.0', '0.1'],
    );
  assert.deepEqual(
    seen[3]?.map(({ box, joints: found }) => [box.x, found?.[0]?.[0]]),
    [
      [16, 1],
      [300, 2],
    ],
  );
});
