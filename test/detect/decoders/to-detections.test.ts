import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawBox } from '../../../src/detect/decoders/decoder.ts';
import { overlap, suppressOverlaps } from '../../../src/detect/decoders/suppress-overlaps.ts';
import { toDetections } from '../../../src/detect/decoders/to-detections.ts';
import { placeFrame } from '../../../src/detect/picture/placement.ts';

function box(classIndex: number, score: number, left: number, top: number, right: number, bottom: number): RawBox {
  return { classIndex, score, left, top, right, bottom };
}

const labels = ['person', 'dog'];

test('overlap is intersection over union', () => {
  // 2 × 2 shared of 16 + 16 − 4.
  assert.equal(overlap(box(0, 1, 0, 0, 4, 4), box(0, 1, 2, 2, 6, 6)), 4 / 28);
  assert.equal(overlap(box(0, 1, 0, 0, 4, 4), box(0, 1, 4, 0, 8, 4)), 0);
  assert.equal(overlap(box(0, 1, 1, 1, 1, 1), box(0, 1, 1, 1, 1, 1)), 0);
});

test('of boxes of one class that overlap, the best one stays; other classes and places stay too', () => {
  const best = box(0, 0.9, 0, 0, 10, 10);
  const shifted = box(0, 0.8, 1, 0, 11, 10);
  const otherClass = box(1, 0.7, 0, 0, 10, 10);
  const elsewhere = box(0, 0.6, 50, 50, 60, 60);
  assert.deepEqual(suppressOverlaps([elsewhere, shifted, otherClass, best], 0.5), [best, otherClass, elsewhere]);
});

test('boxes that overlap by exactly the limit both stay', () => {
  // 5 × 10 shared of 150: one third.
  const pair = [box(0, 0.9, 0, 0, 10, 10), box(0, 0.8, 5, 0, 15, 10)];
  assert.equal(suppressOverlaps(pair, 1 / 3).length, 2);
  assert.equal(suppressOverlaps(pair, 0.33).length, 1);
});

test('a box is mapped back through the letterbox into frame pixels', () => {
  // 800 × 400 into 400 × 400: half size, in the upper half.
  const placement = placeFrame(800, 400, { width: 400, height: 400, fit: 'letterbox' });
  const options = { placement, frameWidth: 800, frameHeight: 400, labels, wanted: undefined, nmsIou: 0.5 };
  assert.deepEqual(toDetections([box(0, 0.9, 10, 20, 110, 170)], options), [
    { label: 'person', score: 0.9, box: { x: 20, y: 40, width: 200, height: 300 } },
  ]);
});

test('a centred letterbox takes its margin off', () => {
  const placement = placeFrame(800, 400, { width: 400, height: 400, fit: 'letterbox-centre' });
  const options = { placement, frameWidth: 800, frameHeight: 400, labels, wanted: undefined, nmsIou: 0.5 };
  const [detection] = toDetections([box(0, 0.9, 0, 100, 400, 300)], options);
  assert.deepEqual(detection?.box, { x: 0, y: 0, width: 800, height: 400 });
});

test('a stretched frame has a scale for each direction', () => {
  const placement = placeFrame(800, 200, { width: 400, height: 400, fit: 'stretch' });
  const options = { placement, frameWidth: 800, frameHeight: 200, labels, wanted: undefined, nmsIou: 0.5 };
  const [detection] = toDetections([box(0, 0.9, 100, 100, 200, 200)], options);
  assert.deepEqual(detection?.box, { x: 200, y: 50, width: 200, height: 50 });
});

test('boxes are clipped to the frame, and those outside it are left out', () => {
  const placement = placeFrame(100, 100, { width: 100, height: 100, fit: 'letterbox' });
  const options = { placement, frameWidth: 100, frameHeight: 100, labels, wanted: undefined, nmsIou: 0.5 };
  const boxes = [box(0, 0.9, -5, 90, 20, 130), box(0, 0.8, 120, 10, 140, 20), box(0, 0.7, 10, -30, 20, 0)];
  assert.deepEqual(toDetections(boxes, options), [
    { label: 'person', score: 0.9, box: { x: 0, y: 90, width: 20, height: 10 } },
  ]);
});

test('only the wanted labels are reported, highest score first', () => {
  const placement = placeFrame(100, 100, { width: 100, height: 100, fit: 'letterbox' });
  const options = { placement, frameWidth: 100, frameHeight: 100, labels, nmsIou: 0.5 };
  const boxes = [box(0, 0.5, 0, 0, 10, 10), box(1, 0.9, 20, 0, 30, 10), box(0, 0.7, 40, 0, 50, 10)];
  const scores = (wanted?: ReadonlySet<string>) =>
    toDetections(boxes, { ...options, wanted }).map(({ label, score }) => [label, score]);
  assert.deepEqual(scores(new Set(['person'])), [
    ['person', 0.7],
    ['person', 0.5],
  ]);
  assert.deepEqual(scores(), [
    ['dog', 0.9],
    ['person', 0.7],
    ['person', 0.5],
  ]);
});
