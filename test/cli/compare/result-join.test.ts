import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JoinOptions, ResultJoin, type Side } from '../../../src/cli/compare/result-join.ts';
import type { Result } from '../../../src/topics/result-record.ts';
import { settle } from '../../support/fake-clock.ts';

const partitions = 4;

function result(frame: number, detector: string): Result {
  const header = { camera: 'yard', session: 's', frame, capturedAtUs: frame * 1000, ptsUs: 0, width: 64, height: 48 };
  const frameRef = `raw_video_frames/${frame % partitions}/${Math.floor(frame / partitions)}`;
  return { frame: header, frameRef, detector, inferenceUs: 1, detections: [] };
}

function make(options: Partial<JoinOptions> = {}) {
  const pairs: number[] = [];
  const alone: [Side, number][] = [];
  const join = new ResultJoin({
    onPair: (first, second) => {
      assert.deepEqual([first.detector, second.detector], ['a@1', 'b@1']);
      assert.equal(first.frame.frame, second.frame.frame);
      pairs.push(first.frame.frame);
    },
    onAlone: (side, { frame }) => alone.push([side, frame.frame]),
    ...options,
  });
  const run = async (side: Side, frames: readonly number[]) => {
    for (const frame of frames) await join.give(side, result(frame, side === 'first' ? 'a@1' : 'b@1'));
    join.end(side);
  };
  return { join, pairs, alone, run };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('frames are paired whatever the order in which a replay took their partitions', async () => {
  const { pairs, alone, run } = make({ slack: 8, maxHeld: 50 });
  const frames = numbers(4001);
  // The replay reads a long stretch of one partition after the other.
  const byPartition = Array.from({ length: partitions }, (_, partition) =>
    frames.filter((frame) => frame % partitions === partition),
  );
  await Promise.all([run('first', frames), run('second', byPartition.flat())]);
  assert.deepEqual(
    pairs.toSorted((a, b) => a - b),
    frames,
  );
  assert.deepEqual(alone, []);
});

test('what only one has answered is told, on either side, without an end to wait for', async () => {
  const { join, pairs, alone } = make({ slack: 2, maxHeld: 1_000_000 });
  const give = (side: Side, frame: number) => join.give(side, result(frame, side === 'first' ? 'a@1' : 'b@1'));
  for (const frame of numbers(4000)) {
    if (frame % 7 !== 3) await give('first', frame);
    if (frame % 5 !== 1) await give('second', frame);
  }
  assert.ok(join.held < 400, `${join.held} are held`);
  join.end('first');
  join.end('second');
  const expected = (side: Side, has: (frame: number) => boolean, lacks: (frame: number) => boolean) =>
    numbers(4000).flatMap((frame): [Side, number][] => (has(frame) && lacks(frame) ? [[side, frame]] : []));
  const inFirst = (frame: number) => frame % 7 !== 3;
  const inSecond = (frame: number) => frame % 5 !== 1;
  assert.equal(pairs.length, numbers(4000).filter((frame) => inFirst(frame) && inSecond(frame)).length);
  assert.deepEqual(
    alone.filter(([side]) => side === 'first').toSorted((a, b) => a[1] - b[1]),
    expected('first', inFirst, (frame) => !inSecond(frame)),
  );
  assert.deepEqual(
    alone.filter(([side]) => side === 'second').toSorted((a, b) => a[1] - b[1]),
    expected('second', inSecond, (frame) => !inFirst(frame)),
  );
});

test('who is far ahead waits: what is held stays small', async () => {
  const { join, run, pairs } = make({ slack: 8, maxHeld: 100 });
  let most = 0;
  const frames = numbers(5000);
  const slow = (async () => {
    for (const frame of frames) {
      await settle();
      most = Math.max(most, join.held);
      await join.give('second', result(frame, 'b@1'));
    }
    join.end('second');
  })();
  await Promise.all([run('first', frames), slow]);
  assert.equal(pairs.length, 5000);
  assert.ok(most <= 101, `${most} were held`);
});

test('a result that comes again is no second one', async () => {
  const { pairs, alone, run } = make({ slack: 4 });
  const again = [...numbers(60), ...numbers(60).slice(30), ...numbers(100).slice(60), 2, 3];
  await Promise.all([run('first', again), run('second', numbers(100))]);
  assert.deepEqual(
    pairs.toSorted((a, b) => a - b),
    numbers(100),
  );
  assert.deepEqual(alone, []);
});
