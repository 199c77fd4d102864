import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectorConfig } from '../../src/cli/config/journey-config.ts';
import { DetectorCrew } from '../../src/cli/journey/detector-crew.ts';
import type { PartListener, SupervisedPart } from '../../src/stage/supervised-part.ts';
import { Supervisor } from '../../src/stage/supervisor.ts';
import type { GroupAccount } from '../../src/topics/group-account.ts';
import { FakeClock } from '../support/fake-clock.ts';

const detector: DetectorConfig = {
  name: 'slow',
  version: 1,
  model: 'delay',
  workers: 'auto',
  min: 1,
  max: 6,
  delivery: 'exactly-once',
  targetLoad: 1,
};
const account: GroupAccount = {
  group: 'detect-slow@1',
  detector: 'slow@1',
  kind: 'complete',
  lagRecords: 0,
  lagBytes: 0,
  lagSeconds: 0,
  inPerSecond: 10,
  outPerSecond: 2,
  workers: 1,
  wanted: null,
  secondsPerFrame: null,
  secondsLeft: null,
  limit: null,
  isWarning: false,
};

/** A crew of processes that start at once and take a second to end. */
function crewOf(config = detector, startsWithMost = false) {
  const clock = new FakeClock();
  const supervisor = new Supervisor({ clock, onEvent() {} });
  const running = new Set<number>();
  const lines: string[] = [];
  const spawn = (seat: number, listener: PartListener) => {
    running.add(seat);
    const exit = () => {
      running.delete(seat);
      listener.exited({ code: 0, signal: null });
    };
    return { stop: () => void clock.after(1000, exit), kill: exit };
  };
  const crew = new DetectorCrew({
    detector: config,
    startsWithMost,
    start: (seat) => supervisor.start({ name: `slow ${seat}`, spawn: (listener) => spawn(seat, listener) }),
    retire: (worker: SupervisedPart) => supervisor.retire(worker, 5000),
    onChange: (line) => lines.push(line),
  });
  const pass = async (seconds: number, change: Partial<GroupAccount>) => {
    for (let second = 0; second < seconds; second++) {
      crew.worked({ frames: 2, busyMs: 1000 });
      crew.saw({ ...account, ...change }, clock.monotonicMs());
      await clock.advance(1000);
    }
  };
  return { crew, running, lines, pass };
}

test('a crew grows to what the frames need, and says why', async () => {
  const { running, lines, pass } = crewOf();
  assert.deepEqual([...running], [1]);
  await pass(10, { inPerSecond: 10 });
  assert.deepEqual([...running], [1, 2, 3, 4, 5]);
  assert.deepEqual(lines, ['slow: 1 → 5 workers (10.0 frames/s × 0.500 s ÷ 1)']);
});

test('a crew that is too large lets the last ones go, and their seats are free again once they are gone', async () => {
  const { crew, running, pass } = crewOf();
  await pass(10, { inPerSecond: 10 });
  await pass(40, { inPerSecond: 2 });
  assert.deepEqual([...running], [1]);
  assert.equal(crew.workers.length, 1);
  await pass(10, { inPerSecond: 4 });
  assert.deepEqual([...running], [1, 2]);
});

test('a set number is a set number; so is one process for the whole machine', async () => {
  const { min: _, max: __, ...unbounded } = detector;
  for (const [workers, expected] of [
    [3, 3],
    ['auto', 1],
  ] as const) {
    const { crew, running, pass } = crewOf({ ...unbounded, workers });
    await pass(20, { inPerSecond: 100 });
    assert.equal(running.size, expected);
    assert.equal(crew.isScaled, false);
  }
});

test('a run that is to be as fast as it can starts with the most', () => {
  assert.equal(crewOf(detector, true).running.size, 6);
});
