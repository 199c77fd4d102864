import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agrees, compareDetections, overlap, severity } from '../../../src/cli/compare/compare-detections.ts';
import type { Detection } from '../../../src/topics/result-record.ts';

function seen(label: string, x: number, options: { score?: number; y?: number } = {}): Detection {
  return { label, score: options.score ?? 0.9, box: { x, y: options.y ?? 0, width: 100, height: 100 } };
}

test('intersection over union', () => {
  const box = { x: 0, y: 0, width: 100, height: 100 };
  assert.equal(overlap(box, box), 1);
  assert.equal(overlap(box, { ...box, x: 50 }), 1 / 3);
  assert.equal(overlap(box, { ...box, x: 100 }), 0);
});

test('boxes that overlap enough are the same, whatever their order', () => {
  const difference = compareDetections(
    [seen('person', 0), seen('person', 300)],
    [seen('person', 310), seen('person', 5)],
    0.5,
  );
  assert.equal(difference.same.length, 2);
  assert.ok(agrees(difference));
  assert.equal(severity(difference), 0);
});

test('what only one of the two sees is missing or added', () => {
  const difference = compareDetections([seen('person', 0)], [seen('person', 500), seen('dog', 800)], 0.5);
  assert.deepEqual(difference.missing, [seen('person', 0)]);
  assert.deepEqual(difference.added, [seen('person', 500), seen('dog', 800)]);
});

test('a box that overlaps a little has moved, and one of another label at its place is named differently', () => {
  const moved = compareDetections([seen('person', 0)], [seen('person', 60)], 0.5);
  assert.equal(moved.moved.length, 1);
  assert.ok(Math.abs((moved.moved[0]?.iou ?? 0) - 0.25) < 1e-9);
  const relabelled = compareDetections([seen('bus', 0)], [seen('truck', 10)], 0.5);
  assert.equal(relabelled.relabelled.length, 1);
  // A little overlap of two labels is two things.
  const apart = compareDetections([seen('bus', 0)], [seen('truck', 60)], 0.5);
  assert.deepEqual([apart.missing.length, apart.added.length], [1, 1]);
});

test('each box is paired once, with the one that it overlaps most', () => {
  const difference = compareDetections([seen('person', 0), seen('person', 20)], [seen('person', 18)], 0.5);
  assert.deepEqual(
    difference.same.map(({ first }) => first.box.x),
    [20],
  );
  assert.deepEqual(
    difference.missing.map(({ box }) => box.x),
    [0],
  );
});

test('the label decides before the overlap does', () => {
  const difference = compareDetections([seen('bus', 0)], [seen('truck', 0), seen('bus', 10)], 0.5);
  assert.deepEqual([difference.same.length, difference.added[0]?.label], [1, 'truck']);
});

test('with the share of overlap that is asked for a small shift is the same or not', () => {
  const pair = [[seen('person', 0)], [seen('person', 10)]] as const;
  assert.ok(agrees(compareDetections(...pair, 0.8)));
  assert.equal(compareDetections(...pair, 0.9).moved.length, 1);
});

test('what a detector is sure of weighs more', () => {
  const sure = severity(compareDetections([seen('person', 0, { score: 0.9 })], [], 0.5));
  const unsure = severity(compareDetections([seen('person', 0, { score: 0.3 })], [], 0.5));
  assert.ok(sure > unsure && unsure > 0);
});
