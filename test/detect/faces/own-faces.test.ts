import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownFaces } from '../../../src/detect/faces/own-faces.ts';

const person = (x: number, y: number, width: number, height: number) => ({
  label: 'person',
  score: 0.9,
  box: { x, y, width, height },
});
const face = (x: number, y: number, score = 0.9) => ({ box: { x, y, width: 20, height: 20 }, score, points: {} });

test('of two people who overlap each has the face at the top of their own box', () => {
  const [left, right] = [face(40, 12), face(80, 2)];
  const owned = ownFaces([person(0, 10, 100, 300), person(50, 0, 80, 300)], [left, right]);
  assert.deepEqual(owned, [left, right]);
});

test('a second face in a box, and a face outside every box, belong to nobody', () => {
  const [own, other, away] = [face(40, 10), face(45, 150), face(400, 10)];
  assert.deepEqual(ownFaces([person(0, 0, 100, 300)], [other, away, own]), [own]);
});

test('a person seen from behind has no face', () => {
  assert.deepEqual(ownFaces([person(0, 0, 100, 300), person(300, 0, 100, 300)], [face(340, 10)]), [
    undefined,
    face(340, 10),
  ]);
});
