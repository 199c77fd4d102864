import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BreakerChange, type BreakerState, CircuitBreaker } from '../../../src/detect/remote/circuit-breaker.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const policy = { failuresToOpen: 3, firstPauseMs: 100, longestPauseMs: 400 };
const broken = new Error('broken');

function make({ random = 0.5 }: { random?: number } = {}) {
  const clock = new FakeClock();
  const changes: [BreakerState, BreakerChange][] = [];
  const server = { isWell: false, trials: 0 };
  const breaker = new CircuitBreaker({
    policy,
    clock,
    random: () => random,
    trial: async () => {
      server.trials++;
      if (!server.isWell) throw broken;
    },
    onChange: (state, change) => changes.push([state, change]),
  });
  const open = () => {
    for (let failures = 0; failures < policy.failuresToOpen; failures++) breaker.failed(broken);
  };
  /** Whether a request may go by now. */
  const mayGo = async () => {
    let may = false;
    breaker.whenClosed().then(
      () => (may = true),
      () => undefined,
    );
    await settle();
    return may;
  };
  return { breaker, clock, changes, server, open, mayGo };
}

test('it opens after failures in a row only, and lets nothing go then', async () => {
  const { breaker, mayGo } = make();
  breaker.failed(broken);
  breaker.failed(broken);
  breaker.succeeded();
  breaker.failed(broken);
  breaker.failed(broken);
  assert.equal(breaker.state, 'closed');
  assert.equal(await mayGo(), true);
  breaker.failed(broken);
  assert.equal(breaker.state, 'open');
  assert.equal(await mayGo(), false);
});

test('after a pause one trial is made; when it succeeds all who wait go', async () => {
  const { breaker, clock, changes, server, open } = make();
  open();
  const waiting = [breaker.whenClosed(), breaker.whenClosed()];
  assert.equal(breaker.waiting, 2);
  server.isWell = true;
  await clock.advance(99);
  assert.equal(server.trials, 0);
  await clock.advance(1);
  await Promise.all(waiting);
  assert.equal(server.trials, 1);
  assert.deepEqual(changes, [
    ['open', { error: broken, pauseMs: 100 }],
    ['half-open', {}],
    ['closed', { openedForMs: 100 }],
  ]);
});

test('each trial that fails doubles the pause, up to a limit; the next opening begins anew', async () => {
  const { clock, changes, server, open } = make();
  open();
  await clock.advance(100 + 200 + 400 + 400);
  assert.deepEqual(
    changes.flatMap(([, { pauseMs }]) => pauseMs ?? []),
    [100, 200, 400, 400, 400],
  );
  server.isWell = true;
  await clock.advance(400);
  open();
  assert.equal(changes.at(-1)?.[1].pauseMs, 100);
});

test('pauses vary by a quarter either way, and are never shorter than the server asked for', () => {
  for (const [random, pauseMs] of [
    [0, 75],
    [1, 125],
  ] as const) {
    const { changes, open } = make({ random });
    open();
    assert.equal(changes[0]?.[1].pauseMs, pauseMs);
  }
  const { breaker, changes } = make();
  for (let failures = 0; failures < 3; failures++) breaker.failed(broken, 5000);
  assert.equal(changes[0]?.[1].pauseMs, 5000);
});

test('at the end whoever waits is rejected, and no trial is made any more', async () => {
  const { breaker, clock, server, open } = make();
  open();
  const waiting = breaker.whenClosed();
  breaker.end(new Error('over'));
  await assert.rejects(waiting, /over/);
  await assert.rejects(breaker.whenClosed(), /over/);
  await clock.advance(10_000);
  assert.equal(server.trials, 0);
});
