import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleName } from '../../src/threat/rules/rule.ts';
import { openRules, type RuleStates } from '../../src/threat/rules/rules.ts';
import type { SeenPerson, SeenThing } from '../../src/threat/window/moment.ts';
import { type Joint, jointNames } from '../../src/topics/joints.ts';

/** Somebody of 100 pixels whose torso leans by so many radians. */
function person(track: string, x: number, y: number, tilt = 0, score = 0.9): SeenPerson {
  const joints = jointNames.map((name): Joint => {
    const isHip = name.includes('hip');
    return isHip ? [x + 40 * Math.sin(tilt), y + 40 * Math.cos(tilt), score] : [x, y, score];
  });
  return { track, box: { x: x - 20, y: y - 20, width: 40, height: 100 }, score: 0.9, joints };
}

/**
 * Runs a rule over so many frames of ten a second, as after a restart before each of them.
 *
 * @returns the kinds that were told, with their frame
 */
function run(
  name: RuleName,
  frames: number,
  at: (frame: number) => SeenPerson[],
  thingsAt: (frame: number) => SeenThing[] = () => [],
): [frame: number, kind: string][] {
  let states: RuleStates = {};
  return Array.from({ length: frames }, (_, frame) => frame).flatMap((frame) => {
    const rule = openRules([name], states).get(name);
    const moment = {
      frame,
      ptsUs: frame * 100_000,
      capturedAtUs: 0,
      width: 640,
      height: 360,
      people: at(frame),
      things: thingsAt(frame),
    };
    const told = (rule?.see(moment) ?? []).map(({ kind, score, why }): [number, string] => {
      assert.ok(score >= 0.5 && score <= 1 && why.length > 0);
      return [frame, kind];
    });
    states = JSON.parse(JSON.stringify({ [name]: rule?.state() })) as RuleStates;
    return told;
  });
}

test('somebody who was upright and lies has fallen, once', () => {
  const found = run('fall', 40, (frame) => [person('a', 100, 100, frame < 15 ? 0.1 : 1.4)]);
  assert.deepEqual(found, [[22, 'fall']]);
});

test('who bends, who was lying all along and whose torso nobody sees has not fallen', () => {
  assert.deepEqual(
    run('fall', 40, (frame) => [person('a', 100, 100, frame % 15 === 14 ? 1.4 : 0.1)]),
    [],
  );
  assert.deepEqual(
    run('fall', 40, () => [person('a', 100, 100, 1.4)]),
    [],
  );
  assert.deepEqual(
    run('fall', 40, (frame) => [person('a', 100, 100, frame < 15 ? 0.1 : 1.4, 0.1)]),
    [],
  );
});

test('who runs is told of, who walks is not, and a box that jumps about is no runner', () => {
  assert.deepEqual(
    run('running', 21, (frame) => [person('a', 20 + 25 * frame, 100)]),
    [[6, 'running']],
  );
  assert.deepEqual(
    run('running', 41, (frame) => [person('a', 20 + 10 * frame, 100)]),
    [],
  );
  assert.deepEqual(
    run('running', 41, (frame) => [person('a', 100 + (frame % 2) * 60, 100)]),
    [],
  );
});

test('who stays for a minute loiters, who walks by does not', () => {
  const found = run('loitering', 1301, (frame) => [person('a', 100 + (frame % 7), 100), person('b', frame, 100)]);
  assert.deepEqual(found, [
    [600, 'loitering'],
    [1200, 'loitering'],
  ]);
});

test('five close to one another for three seconds are a crowd, with one lost for a moment', () => {
  const crowd = (count: number) =>
    Array.from({ length: count }, (_, index) => person(`${index}`, 100 + 50 * index, 100));
  assert.deepEqual(
    run('crowding', 50, (frame) => crowd(frame === 20 ? 4 : 5)),
    [[30, 'crowding']],
  );
  assert.deepEqual(
    run('crowding', 50, () => crowd(4)),
    [],
  );
  assert.deepEqual(
    run('crowding', 50, () => crowd(5).map((each, index) => person(each.track, 300 * index, 100))),
    [],
  );
});

/** A suitcase of 30 × 40 pixels. */
const suitcase = (x: number): SeenThing => ({ label: 'suitcase', box: { x, y: 160, width: 30, height: 40 } });

test('a suitcase that somebody brings and goes away from was left; one that stood there, or has company, was not', () => {
  const far = person('a', 500, 100);
  const beside = person('a', 110, 100);
  const bringer = (frame: number) => [frame < 60 ? beside : far];
  const found = run('object-left', 400, bringer, (frame) => (frame < 20 ? [] : [suitcase(100 + (frame % 3))]));
  // In place from frame 20, for 30 s; alone from frame 60, for 20 s.
  assert.deepEqual(found, [[320, 'object-left']]);
  const standing = run(
    'object-left',
    400,
    () => [far],
    () => [suitcase(100)],
  );
  assert.deepEqual(standing, [], 'it was there before anybody');
  const kept = run(
    'object-left',
    400,
    () => [beside],
    () => [suitcase(100)],
  );
  assert.deepEqual(kept, [], 'somebody stands by it');
  const carried = run('object-left', 400, bringer, (frame) => [suitcase(100 + 8 * frame)]);
  assert.deepEqual(carried, [], 'it does not stay');
});

test('a rule that is not switched on is not there', () => {
  assert.equal(openRules([]).size, 0);
  assert.equal(openRules(['fall', 'crowding', 'unheard']).size, 2);
});
