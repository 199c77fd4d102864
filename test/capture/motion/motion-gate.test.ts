import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Glance, MotionGate } from '../../../src/capture/motion/motion-gate.ts';
import { Random } from '../../stage/order/random.ts';

const [width, height] = [96, 54];

/** Ten pictures a second of a noisy scene; `paint` adds to it. */
class Scene {
  readonly gate = new MotionGate();
  readonly #random = new Random(3);
  #frame = 0;

  show(seconds: number, paint: (x: number, y: number) => number = () => 0): Glance[] {
    return Array.from({ length: Math.round(seconds * 10) }, () => {
      const pixels = Uint8Array.from({ length: width * height }, (_, index) => {
        const [x, y] = [index % width, Math.floor(index / width)];
        return Math.max(0, Math.min(255, 90 + x / 2 + paint(x, y) + 6 * (this.#random.next() - 0.5)));
      });
      return this.gate.look({ pixels, width, height }, this.#frame++ * 100_000);
    });
  }
}

const somebody = (at: number) => (x: number, y: number) => (x >= at && x < at + 4 && y >= 20 && y < 32 ? -40 : 0);
const openShare = (glances: readonly Glance[]) => glances.filter(({ isOpen }) => isOpen).length / glances.length;

test('an empty scene is looked at only now and then', () => {
  const scene = new Scene();
  assert.equal(openShare(scene.show(1)), 1, 'while it learns the gate is open');
  assert.ok(openShare(scene.show(60)) < 0.03);
});

test('somebody who comes opens the gate at once, and it closes a second after they left', () => {
  const scene = new Scene();
  scene.show(15);
  for (let step = 0; step < 20; step++) assert.equal(openShare(scene.show(0.1, somebody(20 + step))), 1);
  const after = scene.show(5);
  assert.equal(openShare(after.slice(0, 9)), 1);
  assert.ok(openShare(after.slice(12)) < 0.1);
});

test('what is put down or taken away is background after a while, and moves again at once', () => {
  const scene = new Scene();
  scene.show(15);
  const standing = scene.show(60, somebody(40));
  assert.equal(openShare(standing.slice(0, 299)), 1);
  assert.ok(openShare(standing.slice(315)) < 0.02);
  assert.equal(openShare(scene.show(1, somebody(44))), 1, 'it stirs');
  const gone = scene.show(60);
  assert.equal(openShare(gone.slice(0, 9)), 1, 'it is gone');
  assert.ok(openShare(gone.slice(315)) < 0.02);
});

test('somebody who sways on the spot does not become background', () => {
  const scene = new Scene();
  scene.show(15);
  for (let step = 0; step < 45; step++) assert.equal(openShare(scene.show(1, somebody(40 + (step % 2)))), 1);
});

test('a light that is switched on is no motion', () => {
  const scene = new Scene();
  scene.show(15);
  assert.ok(openShare(scene.show(20, () => 45)) < 0.1);
});
