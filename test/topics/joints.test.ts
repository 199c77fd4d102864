import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jointNames, jointsOf } from '../../src/topics/joints.ts';

test('joints are read from a detection’s attributes, and nothing else is', () => {
  const joints = jointNames.map((_, index) => [index, 2 * index, 0.5]);
  assert.deepEqual(jointsOf({ attributes: { joints } })?.[16], [16, 32, 0.5]);
  for (const other of [
    undefined,
    'joints',
    joints.slice(1),
    joints.with(3, [1, 2]),
    joints.with(3, [1, 2, Number.NaN]),
  ]) {
    assert.equal(jointsOf({ attributes: { joints: other } }), undefined);
  }
  assert.equal(jointsOf({}), undefined);
});
