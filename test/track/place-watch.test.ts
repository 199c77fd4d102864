import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyScene, type Scene } from '../../src/topics/scene.ts';
import { isInside } from '../../src/track/geometry.ts';
import { PlaceWatch, type Whereabouts } from '../../src/track/place-watch.ts';

const picture = { width: 1000, height: 500 };
const yard: Scene = {
  ...emptyScene,
  zones: [
    {
      name: 'door',
      corners: [
        [0.4, 0.4],
        [0.6, 0.4],
        [0.6, 1],
        [0.4, 1],
      ],
    },
  ],
  lines: [{ name: 'gate', from: [0.5, 0.2], to: [0.5, 1] }],
};

/** Boxes whose feet are at these places, ten times a second. */
function walk(places: readonly [x: number, y: number][], scene = yard): string[] {
  const watch = new PlaceWatch(scene);
  const whereabouts: Whereabouts = { visits: {}, sides: {} };
  const told = places.flatMap(([x, y], frame) => {
    const box = { x: x * 1000 - 20, y: y * 500 - 100, width: 40, height: 100 };
    return watch.move(whereabouts, { box, picture, ptsUs: frame * 100_000 });
  });
  told.push(...watch.end(whereabouts, (places.length - 1) * 100_000));
  return told.map((each) =>
    each.type === 'zone-entered'
      ? `in ${each.zone}`
      : each.type === 'zone-left'
        ? `out ${each.zone} after ${each.dwellMs}`
        : `${each.line} ${each.direction}`,
  );
}

const along = (from: number, to: number, steps: number, y = 0.8): [number, number][] =>
  Array.from({ length: steps }, (_, step) => [from + ((to - from) * step) / (steps - 1), y]);

test('a zone is entered and left, and the time in it is counted from the first moment to the last', () => {
  assert.deepEqual(walk(along(0.1, 0.9, 41), { ...yard, lines: [] }), ['in door', 'out door after 1000']);
});

test('a track that ends in a zone has left it', () => {
  assert.deepEqual(walk(along(0.3, 0.5, 21), { ...yard, lines: [] }), ['in door', 'out door after 1000']);
});

test('a foot that wavers at the edge of a zone neither enters nor leaves it', () => {
  const wavering = Array.from({ length: 30 }, (_, frame): [number, number] => [frame % 2 === 0 ? 0.41 : 0.39, 0.8]);
  assert.deepEqual(walk(wavering, { ...yard, lines: [] }), []);
});

test('a line is crossed in two directions: in is from the left hand to the right hand of who looks along it', () => {
  // The line points down the picture: its right hand is the picture's left side.
  assert.deepEqual(walk(along(0.2, 0.8, 13), { ...yard, zones: [] }), ['gate out']);
  assert.deepEqual(walk(along(0.8, 0.2, 13), { ...yard, zones: [] }), ['gate in']);
});

test('whoever wavers on a line, or passes beside it, has not crossed it', () => {
  const wavering = Array.from({ length: 30 }, (_, frame): [number, number] => [frame % 2 === 0 ? 0.505 : 0.495, 0.8]);
  assert.deepEqual(walk(wavering, { ...yard, zones: [] }), []);
  assert.deepEqual(walk(along(0.2, 0.8, 13, 0.1), { ...yard, zones: [] }), []);
});

test('a polygon with a dent holds what is in it only', () => {
  const dented = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0.5, 0.3],
    [0, 1],
  ] as const;
  assert.equal(isInside({ x: 0.5, y: 0.2 }, dented), true);
  assert.equal(isInside({ x: 0.5, y: 0.6 }, dented), false);
  assert.equal(isInside({ x: 0.1, y: 0.7 }, dented), true);
});
