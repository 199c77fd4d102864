import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryBudget, type MemoryUser } from '../../../src/broker/network/memory-budget.ts';

class User implements MemoryUser {
  resumed = 0;
  gaveUp = 0;
  unfinishedBytes = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get holdsUnfinished(): boolean {
    return this.unfinishedBytes > 0;
  }

  resume(): void {
    this.resumed++;
  }

  giveUp(): void {
    this.gaveUp++;
    this.hold(0);
    this.#budget.forget(this);
  }

  /** Part of a request is there, of this size altogether. */
  hold(bytes: number): void {
    const grown = bytes - this.unfinishedBytes;
    this.unfinishedBytes = bytes;
    this.#budget.takeUnfinished(this, grown);
  }
}

function users(context: TestContext, limitBytes: number): { budget: MemoryBudget; one: User; two: User } {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const budget = new MemoryBudget(limitBytes);
  return { budget, one: new User(budget), two: new User(budget) };
}

test('whoever waits for memory reads on when a request has been answered', (context) => {
  const { budget, one } = users(context, 100);
  budget.takeRequest(100);
  assert.equal(budget.allows(one), false);
  budget.wait(one);
  assert.equal(one.resumed, 0);
  budget.takeRequest(-60);
  assert.equal(one.resumed, 1);
});

test('when unfinished requests hold all memory, one after the other goes first', (context) => {
  const { budget, one, two } = users(context, 100);
  one.hold(60);
  two.hold(60);
  budget.wait(one);
  budget.wait(two);
  assert.deepEqual([one.resumed, two.resumed], [1, 0]);
  assert.deepEqual([budget.allows(one), budget.allows(two)], [true, false]);
  one.hold(0);
  budget.takeRequest(90);
  assert.deepEqual([one.resumed, two.resumed], [1, 1], 'there was room for a moment');
  budget.wait(two);
  assert.equal(two.resumed, 1, 'a whole request is at work, and will give its memory back');
  budget.takeRequest(-90);
  assert.equal(two.resumed, 2);
});

test('a user who goes first and stops loses its memory to the next', (context) => {
  const { budget, one, two } = users(context, 100);
  one.hold(60);
  two.hold(60);
  budget.wait(one);
  budget.wait(two);
  context.mock.timers.tick(9_999);
  assert.equal(one.gaveUp, 0);
  context.mock.timers.tick(1);
  assert.equal(one.gaveUp, 1);
  assert.equal(two.resumed, 1);
  context.mock.timers.tick(20_000);
  assert.equal(two.gaveUp, 0, 'nobody is waiting for it');
});

test('a user who waits and leaves is not told, and does not go first', (context) => {
  const { budget, one, two } = users(context, 100);
  two.hold(120);
  budget.takeRequest(10);
  budget.wait(one);
  budget.wait(two);
  budget.forget(two);
  budget.takeRequest(-10);
  assert.deepEqual([one.resumed, two.resumed], [0, 0]);
  two.hold(0);
  assert.equal(one.resumed, 1);
});
