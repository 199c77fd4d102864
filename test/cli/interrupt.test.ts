import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { listenForInterrupt } from '../../src/cli/journey/interrupt.ts';

test('the first signal asks for an end, its echo for nothing, and a second one for an end at once', async () => {
  let nowMs = 0;
  let seconds = 0;
  const interrupt = listenForInterrupt(() => seconds++, { ...systemClock, monotonicMs: () => nowMs });
  try {
    assert.equal(interrupt.isRequested, false);
    process.emit('SIGINT');
    await interrupt.requested;
    assert.equal(interrupt.isRequested, true);
    nowMs = 100;
    process.emit('SIGINT');
    assert.equal(seconds, 0);
    nowMs = 700;
    process.emit('SIGTERM');
    assert.equal(seconds, 1);
  } finally {
    interrupt.release();
  }
  assert.equal(process.listenerCount('SIGHUP'), 0);
});
