import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import type { PartEvent, PartExit, PartListener, PartSpec } from '../../src/stage/supervised-part.ts';
import { defaultPolicy, Supervisor } from '../../src/stage/supervisor.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A part whose processes do what the test says. */
class FakePart implements PartSpec {
  readonly name: string;
  readonly calls: string[] = [];
  readonly #journal: string[];
  spawned = 0;
  obeys = true;
  listener: PartListener = { ready() {}, finished() {}, exited() {} };
  constructor(name: string, journal: string[] = []) {
    this.name = name;
    this.#journal = journal;
  }
  spawn(listener: PartListener) {
    this.spawned++;
    this.listener = listener;
    return {
      stop: () => {
        this.#journal.push(`stop ${this.name}`);
        if (this.obeys) this.listener.exited({ code: 0, signal: null });
      },
      kill: () => {
        this.#journal.push(`kill ${this.name}`);
        this.listener.exited({ code: null, signal: 'SIGKILL' });
      },
    };
  }
  crash(exit: Partial<PartExit> = {}): void {
    this.listener.exited({ code: null, signal: 'SIGSEGV', ...exit });
  }
}

function supervise(policy = defaultPolicy) {
  const clock = new FakeClock();
  const events: PartEvent[] = [];
  const supervisor = new Supervisor({ clock, policy, onEvent: (event) => events.push(event) });
  return { clock, events, supervisor };
}

test('a part that dies is started again, at once the first time and with more patience each time', async () => {
  const { clock, events, supervisor } = supervise();
  const part = new FakePart('capture a');
  const supervised = supervisor.start(part);
  part.listener.ready();
  await supervised.whenReady;
  const delays: number[] = [];
  for (let death = 0; death < 8; death++) {
    part.crash();
    const died = events.at(-1);
    assert.equal(died?.type, 'died');
    delays.push(died?.type === 'died' ? died.restartInMs : -1);
    await clock.advance(20_000);
    assert.equal(part.spawned, death + 2);
    part.listener.ready();
    assert.equal(supervised.state, 'running');
  }
  assert.deepEqual(delays, [100, 500, 1000, 2000, 5000, 10_000, 10_000, 10_000]);
});

test('a part that ran steadily starts again at the shortest waiting time', async () => {
  const { clock, events, supervisor } = supervise();
  const part = new FakePart('broker');
  supervisor.start(part);
  for (let death = 0; death < 3; death++) {
    part.listener.ready();
    await clock.advance(30_000);
    part.crash();
    await clock.advance(100);
  }
  const delays = events.flatMap((event) => (event.type === 'died' ? [event.restartInMs] : []));
  assert.deepEqual(delays, [100, 100, 100]);
  assert.equal(part.spawned, 4);
});

test('a fault that a restart would meet again ends the part with that very fault', async () => {
  const { clock, events, supervisor } = supervise();
  const part = new FakePart('detect people');
  const supervised = supervisor.start(part);
  part.crash({ code: 2, signal: null, fault: { code: 'MODEL_NOT_FOUND', message: 'no model x', next: 'look' } });
  await assert.rejects(supervised.whenReady, (error) => isFault(error, 'MODEL_NOT_FOUND') && error.next === 'look');
  await supervised.whenOver;
  await clock.advance(60_000);
  assert.equal(part.spawned, 1);
  assert.equal(supervised.state, 'failed');
  assert.deepEqual(
    events.map((event) => event.type),
    ['gave-up'],
  );
});

test('a port in use ends a part at its first start, but not after it was ready', async () => {
  const inUse = { code: 1, signal: null, fault: { code: 'PORT_IN_USE' as const, message: 'in use', next: '' } };
  const { clock, supervisor } = supervise();
  const first = new FakePart('first');
  supervisor.start(first);
  first.crash(inUse);
  const second = new FakePart('second');
  supervisor.start(second);
  second.listener.ready();
  second.crash(inUse);
  await clock.advance(60_000);
  assert.equal(first.spawned, 1);
  assert.equal(second.spawned, 2);
});

test('a part that never gets ready is given up after five deaths', async () => {
  const { clock, supervisor } = supervise();
  const part = new FakePart('serve');
  const supervised = supervisor.start(part);
  for (let death = 0; death < 5; death++) {
    part.crash({ code: 7, signal: null });
    await clock.advance(10_000);
  }
  await assert.rejects(
    supervised.whenReady,
    (error) => isFault(error, 'PART_FAILED') && /exit code 7/.test(error.message),
  );
  assert.equal(part.spawned, 5);
});

test('a part that has finished its work is not started again; one that exits without saying so is', async () => {
  const { clock, supervisor } = supervise();
  const done = new FakePart('capture a');
  const silent = new FakePart('capture b');
  const supervised = supervisor.start(done);
  supervisor.start(silent);
  for (const part of [done, silent]) part.listener.ready();
  done.listener.finished();
  for (const part of [done, silent]) part.crash({ code: 0, signal: null });
  await supervised.whenOver;
  await clock.advance(1000);
  assert.equal(supervised.state, 'finished');
  assert.deepEqual([done.spawned, silent.spawned], [1, 2]);
});

test('a part that says it has finished and then crashes is started again', async () => {
  const { clock, supervisor } = supervise();
  const part = new FakePart('capture a');
  supervisor.start(part);
  part.listener.ready();
  part.listener.finished();
  part.crash();
  await clock.advance(1000);
  assert.equal(part.spawned, 2);
});

test('stops groups in order, one after the other', async () => {
  const journal: string[] = [];
  const { supervisor } = supervise();
  for (const name of ['broker', 'serve', 'detect', 'capture']) supervisor.start(new FakePart(name, journal));
  await supervisor.stop([['capture'], ['detect'], ['serve'], ['broker']], 3000);
  assert.deepEqual(journal, ['stop capture', 'stop detect', 'stop serve', 'stop broker']);
  assert.throws(() => supervisor.start(new FakePart('late')), /ending/);
});

test('a part that does not end is killed, and the later ones still get their time', async () => {
  const journal: string[] = [];
  const { clock, supervisor } = supervise();
  for (const name of ['broker', 'detect', 'capture']) {
    const part = new FakePart(name, journal);
    part.obeys = name === 'broker';
    supervisor.start(part);
  }
  let stopped = false;
  const stop = supervisor.stop([['capture'], ['detect'], ['broker']], 2800).then(() => {
    stopped = true;
  });
  await clock.advance(1999);
  assert.deepEqual(journal, ['stop capture']);
  await clock.advance(1);
  assert.deepEqual(journal, ['stop capture', 'kill capture', 'stop detect']);
  await clock.advance(400);
  await stop;
  assert.deepEqual(journal.slice(3), ['kill detect', 'stop broker']);
  assert.ok(stopped);
});

test('a part that waits for its restart when the end comes is not started any more', async () => {
  const { clock, supervisor } = supervise();
  const part = new FakePart('detect');
  const supervised = supervisor.start(part);
  part.crash();
  await supervisor.stop([['detect']], 1000);
  await clock.advance(60_000);
  assert.equal(part.spawned, 1);
  assert.equal(supervised.state, 'stopped');
});

test('kill ends everything at once, and reports nothing as given up', async () => {
  const journal: string[] = [];
  const { events, supervisor } = supervise();
  for (const name of ['broker', 'capture']) {
    const part = new FakePart(name, journal);
    part.obeys = false;
    supervisor.start(part);
  }
  supervisor.kill();
  await supervisor.whenOver();
  assert.deepEqual(
    journal.filter((line) => line.startsWith('kill')),
    ['kill broker', 'kill capture'],
  );
  assert.ok(events.every((event) => event.type === 'killed'));
});

test('one part is ended for good while the others go on, and its name is free again', async () => {
  const journal: string[] = [];
  const { clock, supervisor } = supervise();
  const [first, second] = [new FakePart('detect', journal), new FakePart('detect 2', journal)];
  supervisor.start(first);
  const part = supervisor.start(second);
  second.obeys = false;
  const retired = supervisor.retire(part, 5000);
  await clock.advance(4999);
  assert.deepEqual(journal, ['stop detect 2']);
  await clock.advance(1);
  await retired;
  assert.deepEqual(journal, ['stop detect 2', 'kill detect 2']);
  assert.equal(part.state, 'stopped');
  supervisor.start(second);
  await clock.advance(60_000);
  assert.deepEqual([first.spawned, second.spawned], [1, 2]);
});
