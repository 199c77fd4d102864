import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { forkPart } from '../../src/cli/parts/fork-part.ts';
import type { WordFromPart } from '../../src/cli/parts/part-channel.ts';
import type { PartEvent } from '../../src/stage/supervised-part.ts';
import { Supervisor } from '../../src/stage/supervisor.ts';
import type { FakePartOptions } from './fake-part.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-parts-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs a fake part in a real process under a supervisor. */
function supervise(options: FakePartOptions | (() => FakePartOptions)) {
  const events: PartEvent[] = [];
  const words: WordFromPart[] = [];
  let wake = () => {};
  const supervisor = new Supervisor({
    onEvent(event) {
      events.push(event);
      wake();
    },
  });
  const part = supervisor.start(
    forkPart({
      name: 'fake',
      module: new URL('./fake-part.ts', import.meta.url),
      options: typeof options === 'function' ? options : () => options,
      onWord: (word) => words.push(word),
    }),
  );
  const until = async (type: PartEvent['type'], count = 1) => {
    while (events.filter((event) => event.type === type).length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { supervisor, part, events, words, until };
}

test('a part in a process of its own reports that it is ready, what it has to say, and ends when asked', async () => {
  const closedFile = join(folder, 'runs');
  const { supervisor, part, words } = supervise({ does: 'runs', closedFile });
  await part.whenReady;
  assert.deepEqual(
    words.map((word) => word.type),
    ['snapshot', 'ready'],
  );
  await supervisor.stop([['fake']], 3000);
  assert.equal(part.state, 'stopped');
  assert.equal(readFileSync(closedFile, 'utf8'), 'closed');
});

test('a part that is through says so and is not started again', async () => {
  const { part, events } = supervise({ does: 'finishes' });
  await part.whenOver;
  assert.equal(part.state, 'finished');
  assert.deepEqual(
    events.map((event) => event.type),
    ['ready', 'finished'],
  );
});

test('a fault comes over with code, message and advice', async () => {
  const { part } = supervise({ does: 'faults' });
  await assert.rejects(part.whenReady, (error) => {
    return isFault(error, 'PORT_IN_USE') && error.message === 'port 1 is taken' && error.next === 'take another';
  });
  assert.equal(part.state, 'failed');
});

test('a crash of native code is seen with its signal, and the part comes back', async () => {
  let starts = 0;
  const { supervisor, events, until } = supervise(() => ({ does: starts++ === 0 ? 'segfaults' : 'runs' }));
  await until('ready', 2);
  assert.deepEqual(
    events.map((event) => (event.type === 'died' ? event.exit : event.type)),
    ['ready', { code: null, signal: 'SIGSEGV' }, 'ready'],
  );
  await supervisor.stop([], 3000);
});

test('an exception that nobody catches is reported by its message', async () => {
  let starts = 0;
  const { supervisor, events, until } = supervise(() => ({ does: starts++ === 0 ? 'throws-later' : 'runs' }));
  await until('ready', 2);
  const died = events.find((event) => event.type === 'died');
  assert.equal(died?.type === 'died' && died.exit.fault?.message, 'TypeError: nothing is there');
  await supervisor.stop([], 3000);
});

test('a part that leaves without a word is started again', async () => {
  let starts = 0;
  const { supervisor, events, until } = supervise(() => ({ does: starts++ === 0 ? 'leaves' : 'runs' }));
  await until('ready', 2);
  assert.deepEqual(events[1]?.type === 'died' && events[1].exit, { code: 3, signal: null });
  await supervisor.stop([], 3000);
});

test('a part that does not end in its time is killed', async () => {
  const { supervisor, part, events } = supervise({ does: 'hangs' });
  await part.whenReady;
  await supervisor.stop([['fake']], 200);
  assert.deepEqual(
    events.map((event) => event.type),
    ['ready', 'killed'],
  );
});

test('a supervisor that is killed leaves no orphan, and a part still ends gracefully', async () => {
  const closedFile = join(folder, 'orphan');
  const script = join(import.meta.dirname, 'fake-supervisor.ts');
  const supervisor = spawn(process.execPath, [script, closedFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(supervisor.stdout, 'data');
  supervisor.kill('SIGKILL');
  // Every part holds the pipe of standard error: it closes only when all of them are gone.
  await once(supervisor, 'close', { signal: AbortSignal.timeout(10_000) });
  assert.equal(readFileSync(closedFile, 'utf8'), 'closed');
});

test('what a part is given does not show in the list of processes', async () => {
  const { supervisor, part, words } = supervise({ does: 'runs', closedFile: '/nowhere/secret' });
  await part.whenReady;
  const snapshot = words.find((word) => word.type === 'snapshot');
  const pid = snapshot?.type === 'snapshot' ? snapshot.snapshot.atMs : 0;
  if (process.platform === 'linux') {
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /fake-part/);
    assert.doesNotMatch(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /secret/);
    assert.doesNotMatch(readFileSync(`/proc/${pid}/environ`, 'utf8'), /secret/);
  }
  supervisor.kill();
  await supervisor.whenOver();
});
