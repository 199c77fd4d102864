import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capabilitiesOf } from '../../../src/detect/answers/capability.ts';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { jointNames, jointsAttribute } from '../../../src/topics/joints.ts';

const box = { x: 1, y: 2, width: 3, height: 4 };

test('read-pose tells the persons whose joints were read, and no others', async () => {
  const pose = capabilitiesOf(['pose']).find(({ task }) => task === 'read-pose');
  const joints = jointNames.map((_, at) => [at, 2 * at, 0.5]);
  const posed = { label: 'person', score: 0.9, box, attributes: { [jointsAttribute]: joints } };
  const sight = { inferenceUs: 1, detections: [posed, { label: 'person', score: 0.8, box }] };
  const answer = await pose?.answer({ width: 9, height: 7, sight }, async () => new PeopleBook());
  assert.deepEqual(answer, { width: 9, height: 7, persons: [posed] });
});

test('a detector without the step cannot be asked', () => {
  assert.deepEqual(
    capabilitiesOf([]).map(({ task }) => task),
    ['identify-object'],
  );
});
