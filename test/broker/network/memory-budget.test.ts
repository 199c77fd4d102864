import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryBudget } from '../../../src/broker/network/memory-budget.ts';
import type { MemoryUser } from '../../../src/broker/network/memory-user.ts';

const kb = 1024;

class User implements MemoryUser {
  resumed = 0;
  gaveUp = 0;
  unfinishedBytes = 0;
  requestBytes = 0;
  movedBytes = 0;
  waitsForClient = false;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get heldBytes(): number {
    return this.requestBytes + this.unfinishedBytes;
  }

  resume(): void {
    this.resumed++;
  }

  giveUp(): void {
    this.gaveUp++;
    this.hold(0);
    this.ask(-this.requestBytes);
    this.#budget.forget(this);
  }

  /** Part of a request is there, of this size altogether. */
  hold(bytes: number): void {
    const grown = bytes - this.unfinishedBytes;
    this.unfinishedBytes = bytes;
    this.movedBytes += Math.max(0, grown);
    this.#budget.takeUnfinished(this, grown);
  }

  /** A whole request is there, or (negative) has been answered. */
  ask(bytes: number): void {
    this.requestBytes += bytes;
    this.movedBytes += Math.abs(bytes);
    this.#budget.takeRequest(this, bytes);
  }
}

function users(context: TestContext, limitBytes: number) {
  context.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  const budget = new MemoryBudget(limitBytes);
  const [one, two, three] = [new User(budget), new User(budget), new User(budget)] as const;
  return { budget, one, two, three };
}

test('whoever waits for memory reads on when a request has been answered', (context) => {
  const { budget, one, two } = users(context, 100);
  one.ask(100);
  assert.equal(budget.allows(two), false);
  budget.wait(two);
  assert.equal(two.resumed, 0);
  one.ask(-60);
  assert.equal(two.resumed, 1);
});

test('a quarter of the memory is kept for those who hold little', (context) => {
  const { budget, one, two, three } = users(context, 1000 * kb);
  one.hold(760 * kb);
  two.hold(20 * kb);
  three.hold(kb);
  assert.deepEqual([budget.allows(one), budget.allows(two), budget.allows(three)], [false, false, true]);
  three.ask(300 * kb);
  assert.equal(budget.allows(three), false, 'all of it is used');
});

test('when unfinished requests hold all memory, one after the other goes first', (context) => {
  const { budget, one, two } = users(context, 100);
  one.hold(60);
  two.hold(60);
  budget.wait(one);
  budget.wait(two);
  assert.deepEqual([one.resumed, two.resumed], [1, 0]);
  assert.deepEqual([budget.allows(one), budget.allows(two)], [true, false]);
  one.ask(90);
  one.hold(0);
  assert.deepEqual([one.resumed, two.resumed], [1, 0], 'a whole request is at work, and will give its memory back');
  one.ask(-90);
  assert.equal(two.resumed, 1);
});

test('a user who goes first and takes too long loses its memory to the next', (context) => {
  const { budget, one, two } = users(context, 100 * kb);
  one.hold(60 * kb);
  two.hold(60 * kb);
  budget.wait(one);
  budget.wait(two);
  for (let second = 0; second < 9; second++) {
    one.hold(one.unfinishedBytes + 64 * kb);
    two.hold(two.unfinishedBytes + 64 * kb);
    context.mock.timers.tick(1000);
  }
  assert.equal(one.gaveUp, 0, 'it moves');
  context.mock.timers.tick(1000);
  assert.equal(one.gaveUp, 1);
  assert.equal(two.resumed, 1);
});

test('requests that stop in their middle lose their memory while others wait, those that move keep it', (context) => {
  const { budget, one, two, three } = users(context, 1000 * kb);
  one.hold(300 * kb);
  two.hold(400 * kb);
  three.ask(200 * kb);
  context.mock.timers.tick(60_000);
  assert.deepEqual([one.gaveUp, two.gaveUp], [0, 0], 'nobody waits');
  budget.wait(three);
  one.hold(310 * kb);
  context.mock.timers.tick(999);
  one.hold(390 * kb);
  assert.equal(three.resumed, 0);
  context.mock.timers.tick(1);
  assert.deepEqual([one.gaveUp, two.gaveUp, three.gaveUp], [0, 1, 0]);
  assert.equal(three.resumed, 1);
});

test('of those who stop, who holds most loses it first, and only until there is room', (context) => {
  const { budget, one, two, three } = users(context, 1000 * kb);
  one.hold(200 * kb);
  two.hold(500 * kb);
  three.hold(100 * kb);
  budget.wait(three);
  context.mock.timers.tick(1000);
  assert.deepEqual([one.gaveUp, two.gaveUp, three.gaveUp], [0, 1, 0]);
});

test('a byte now and then keeps no memory', (context) => {
  const { budget, one, two } = users(context, 1000 * kb);
  one.hold(800 * kb);
  two.hold(100 * kb);
  budget.wait(two);
  for (let i = 0; i < 9; i++) {
    one.hold(one.unfinishedBytes + 1);
    context.mock.timers.tick(100);
  }
  context.mock.timers.tick(100);
  assert.equal(one.gaveUp, 1);
});

test('requests behind answers that nobody reads lose their memory, those that wait for the disk keep it', (context) => {
  const { budget, one, two, three } = users(context, 1000 * kb);
  one.ask(400 * kb);
  two.ask(400 * kb);
  one.waitsForClient = true;
  budget.wait(one);
  budget.wait(three);
  context.mock.timers.tick(1000);
  assert.deepEqual([one.gaveUp, two.gaveUp, three.gaveUp], [1, 0, 0]);
});

test('a user who waits and leaves is not told, and does not go first', (context) => {
  const { budget, one, two, three } = users(context, 100);
  two.hold(120);
  three.ask(10);
  budget.wait(one);
  budget.wait(two);
  assert.equal(two.resumed, 1);
  budget.forget(two);
  three.ask(-10);
  assert.deepEqual([one.resumed, two.resumed], [0, 1]);
  two.hold(0);
  assert.equal(one.resumed, 1);
});

test('many who wait begin to read a few at a time, so that their chunks fit', (context) => {
  const { budget, one } = users(context, 100 * kb);
  one.ask(100 * kb);
  const many = Array.from({ length: 150 }, () => new User(budget));
  for (const user of many) budget.wait(user);
  one.ask(-100 * kb);
  assert.equal(many.filter((user) => user.resumed > 0).length, 64);
  context.mock.timers.tick(0);
  context.mock.timers.tick(0);
  assert.equal(many.filter((user) => user.resumed > 0).length, 150);
});
