import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isAlive, type RunningVigil, runVigil, startVigil } from './run-vigil.ts';

/** The real parts in real processes, on a test picture and without a model: `detectors: []` asks for no result. */

const root = mkdtempSync(join(tmpdir(), 'vigil-up-'));
after(() => rmSync(root, { recursive: true }));
const anyPorts = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
const needsFfmpeg = await import('node-av').then(
  () => undefined,
  () => 'needs node-av',
);
const ffmpeg = needsFfmpeg === undefined ? {} : { skip: needsFfmpeg };
const procfs = process.platform === 'linux' ? {} : { skip: 'needs /proc' };

/** A working directory of its own, with a configuration. */
function site(yaml: string): string {
  const folder = mkdtempSync(join(root, 'site-'));
  writeFileSync(join(folder, 'vigil.yml'), yaml);
  return folder;
}

/** Process ids of the parts by name. */
function partsOf({ child }: RunningVigil): Map<string, number> {
  const ids = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return new Map(
    ids.map((id) => [readFileSync(`/proc/${id}/cmdline`, 'utf8').replace(/\0+/g, ' ').trim(), Number(id)]),
  );
}

async function pageOf(vigil: RunningVigil): Promise<string> {
  const [, url] = await vigil.until(/Vigil is looking: (http:\S+)/);
  return url ?? '';
}

test('a run that ends accounts for every frame, as one JSON object and nothing else', ffmpeg, async () => {
  const cwd = site(
    'cameras: { a: { source: "testsrc:3", detectors: [] }, b: { source: "testsrc:2", fps: 5, detectors: [] } }',
  );
  const { code, stdout, stderr } = await runVigil(['up', '--once', '--fast', '--json', ...anyPorts], { cwd });
  assert.equal(code, 0, stderr);
  const { ok, cameras } = JSON.parse(stdout);
  assert.equal(ok, true);
  assert.deepEqual(Object.keys(cameras), ['a', 'b']);
  for (const [camera, frames] of [
    ['a', 30],
    ['b', 10],
  ] as const) {
    const { captured, published, results, failed, lost } = cameras[camera];
    assert.deepEqual(
      { captured, published, results, failed, lost },
      { captured: frames, published: frames, results: frames, failed: 0, lost: 0 },
    );
  }
});

test('a second run on the same data counts its own frames only, and prints a table', ffmpeg, async () => {
  const cwd = site('cameras: { a: { source: "testsrc:1", detectors: [] } }');
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await runVigil(['up', '--once', '--fast', ...anyPorts], { cwd });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^camera +frames in +results out.*\na +10 +10 +0 +0 /);
  }
});

test('a file that is missing fails the run and is named; the other camera goes on', ffmpeg, async () => {
  const cwd = site(
    'cameras: { a: { source: "testsrc:1", detectors: [] }, gone: { source: ./gone.mp4, detectors: [] } }',
  );
  const { code, stdout, stderr } = await runVigil(['up', '--once', '--fast', '--json', ...anyPorts], { cwd });
  const { ok, cameras } = JSON.parse(stdout);
  assert.deepEqual([code, ok, cameras.a.results, cameras.gone.captured], [1, false, 10, 0]);
  assert.match(stderr, /gone\.mp4/);
  assert.match(stderr, /INCOMPLETE/);
});

test('when no camera can go on the command ends with the reason', ffmpeg, async () => {
  const cwd = site('cameras: { text: { source: ./vigil.yml, detectors: [] } }');
  const { code, stderr } = await runVigil(['up', '--once', ...anyPorts], { cwd });
  assert.equal(code, 1, stderr);
  assert.match(stderr, /vigil\.yml/);
  assert.match(stderr, /SOURCE_UNREADABLE|INCOMPLETE/);
});

test('a port in use ends the command at once, with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cwd = site('cameras: { a: { source: "testsrc:1", detectors: [] } }');
  try {
    for (const args of [
      ['--listen', `127.0.0.1:${port}`, '--http', '127.0.0.1:0'],
      ['--listen', '127.0.0.1:0', '--http', `127.0.0.1:${port}`],
    ]) {
      const { code, stderr } = await runVigil(['up', ...args], { cwd });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`${port}[\\s\\S]*PORT_IN_USE`));
    }
  } finally {
    server.close();
  }
});

test('a broker and a camera that are killed come back, and what was acknowledged is still there', {
  ...ffmpeg,
  ...procfs,
}, async () => {
  const cwd = site('cameras: { a: { source: testsrc, detectors: [] } }');
  const vigil = startVigil(['up', ...anyPorts, '--metrics', '127.0.0.1:0'], { cwd });
  const url = await pageOf(vigil);
  const bootstrap = /broker +(127\.0\.0\.1:\d+)/.exec(vigil.stdout)?.[1] ?? '';
  const metrics = /metrics +(http:\S+)/.exec(vigil.stdout)?.[1] ?? '';
  await runVigil(['produce', 'kept', '--brokers', bootstrap], { cwd, input: 'before\n' });
  const before = partsOf(vigil);
  assert.deepEqual([...before.keys()].sort(), ['vigil broker', 'vigil capture a', 'vigil serve']);
  process.kill(before.get('vigil broker') ?? 0, 'SIGSEGV');
  await vigil.until(/broker ended: signal SIGSEGV; it starts again at once\n[\s\S]*broker is back/);
  const kept = await runVigil(['consume', 'kept', '--exit-at-end', '--brokers', bootstrap], { cwd });
  assert.equal(JSON.parse(kept.stdout).value, 'before');
  const counted = await (await fetch(metrics)).text();
  assert.match(counted, /^vigil_broker_requests_total\{.*\} \d+$/m, 'also after its restart, on the same port');
  process.kill(before.get('vigil capture a') ?? 0, 'SIGKILL');
  await vigil.until(/capture a ended: signal SIGKILL; it starts again at once\n[\s\S]*capture a is back/);
  assert.equal((await fetch(`${url}/livez`)).status, 200);
  const startedMs = performance.now();
  vigil.child.kill('SIGINT');
  const { code } = await vigil.ended;
  assert.equal(code, 0, vigil.stderr);
  assert.ok(performance.now() - startedMs < 5000, 'it ends in seconds');
});

test('a supervisor that is killed leaves no part behind, and its data opens again at once', {
  ...ffmpeg,
  ...procfs,
}, async () => {
  const cwd = site('cameras: { a: { source: testsrc, detectors: [] } }');
  const vigil = startVigil(['up', ...anyPorts], { cwd });
  await pageOf(vigil);
  const parts = partsOf(vigil);
  vigil.child.kill('SIGKILL');
  // The orphaned broker holds the directory for a while yet.
  const broker = startVigil(['broker', '--listen', '127.0.0.1:0'], { cwd });
  await broker.until(/broker +127/);
  // Every part holds the pipe of standard error: this resolves only when all of them are gone.
  await vigil.ended;
  // A process lets go of its files a moment before it is gone.
  for (const id of parts.values()) while (isAlive(id)) await new Promise((resolve) => setTimeout(resolve, 20));
  broker.child.kill('SIGINT');
  await broker.ended;
});

test('Ctrl-C that comes twice at once, as npm passes it on, still ends in order', {
  ...ffmpeg,
  ...procfs,
}, async () => {
  const cwd = site('cameras: { a: { source: testsrc, detectors: [] } }');
  const vigil = startVigil(['up', ...anyPorts], { cwd });
  await pageOf(vigil);
  vigil.child.kill('SIGINT');
  vigil.child.kill('SIGTERM');
  const { code, stderr } = await vigil.ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /was killed/);
});

test('a camera that cannot be opened ends a live run that has nothing else to show', ffmpeg, async () => {
  const cwd = site('cameras: { gone: { source: ./gone.mp4, detectors: [] } }');
  const { code, stderr } = await runVigil(['up', ...anyPorts], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /vigil: .*gone\.mp4[\s\S]*SOURCE_NOT_FOUND/);
});

test('a broker that is killed in the middle of a run costs no frame', { ...ffmpeg, ...procfs }, async () => {
  const cwd = site('cameras: { a: { source: "testsrc:5", detectors: [] } }');
  const vigil = startVigil(['up', '--once', '--json', ...anyPorts], { cwd });
  await vigil.until(/a [1-9]\d* in/);
  process.kill(partsOf(vigil).get('vigil broker') ?? 0, 'SIGKILL');
  const { code, stdout, stderr } = await vigil.ended;
  assert.match(stderr, /broker ended: signal SIGKILL; it starts again at once\n[\s\S]*broker is back/);
  const { captured, published, results, lost } = JSON.parse(stdout).cameras.a;
  assert.deepEqual([code, captured, published, results, lost], [0, 50, 50, 50, 0], stderr);
});

test('a run that takes longer than it may ends with what it has, and says that it is incomplete', ffmpeg, async () => {
  const cwd = site('cameras: { a: { source: "testsrc:600", detectors: [] } }');
  const { code, stdout, stderr } = await runVigil(['up', '--once', '--json', '--max-time', '5s', ...anyPorts], { cwd });
  assert.equal(code, 1);
  assert.equal(JSON.parse(stdout).ok, false);
  assert.match(stderr, /a: .*\n.*INCOMPLETE/);
});
