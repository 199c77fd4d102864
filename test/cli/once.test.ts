import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fault } from '../../src/base/errors.ts';
import { describeShortfall, onceReport, onceTable } from '../../src/cli/once/once-report.ts';
import { OnceWatch } from '../../src/cli/once/once-watch.ts';
import { Progress } from '../../src/cli/once/progress.ts';
import type { CameraAccount } from '../../src/topics/camera-account.ts';

function account(camera: string, changes: Partial<CameraAccount> = {}): CameraAccount {
  return {
    camera,
    session: 's1',
    state: 'ended',
    live: false,
    source: `${camera}.mp4`,
    width: 640,
    height: 360,
    captured: 1394,
    published: 1394,
    results: 1394,
    gated: 0,
    failed: 0,
    lost: 0,
    lostReasons: {},
    waiting: 0,
    doubled: 0,
    fps: 61.24,
    latencyMs: { p50: 812.4, p99: 1600 },
    reconnects: 0,
    complete: true,
    skipped: 0,
    detectors: [],
    sessions: [],
    earlierSessions: 0,
    ...changes,
  };
}

const running: Partial<CameraAccount> = { state: 'running', complete: false, results: 1000, waiting: 394 };

async function isOver(watch: OnceWatch): Promise<boolean> {
  return Promise.race([
    watch.whenOver.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  ]);
}

test('a run is over when every camera is complete, however their snapshots come in', async () => {
  const watch = new OnceWatch(['a', 'b']);
  watch.saw({ atMs: 1, cameras: [account('a'), account('stranger')] });
  assert.equal(await isOver(watch), false);
  watch.saw({ atMs: 2, cameras: [account('a'), account('b', running)] });
  assert.equal(await isOver(watch), false);
  watch.saw({ atMs: 3, cameras: [account('a'), account('b')] });
  assert.equal(await isOver(watch), true);
  assert.deepEqual(
    watch.outcomes().map((outcome) => [outcome.camera, outcome.isOk]),
    [
      ['a', true],
      ['b', true],
    ],
  );
});

test('a camera that failed ends with its last result, and the run is not ok', async () => {
  const error = { code: 'SOURCE_UNREADABLE', message: 'cut short', next: 'copy it again' };
  const watch = new OnceWatch(['a']);
  const failed: Partial<CameraAccount> = { state: 'failed', complete: false, captured: 10, published: 10, error };
  watch.saw({ atMs: 1, cameras: [account('a', { ...failed, results: 8, waiting: 2 })] });
  assert.equal(await isOver(watch), false);
  watch.saw({ atMs: 2, cameras: [account('a', { ...failed, results: 10, waiting: 0 })] });
  assert.equal(await isOver(watch), true);
  assert.equal(onceReport(watch.outcomes(), true).ok, false);
  assert.match(onceTable(watch.outcomes()), /a: cut short\n {2}copy it again \(SOURCE_UNREADABLE\)$/);
});

test('a camera whose capture was given up before it said anything ends the run too', async () => {
  const watch = new OnceWatch(['a', 'b']);
  watch.saw({ atMs: 1, cameras: [account('b')] });
  watch.gaveUp('a', fault('SOURCE_NOT_FOUND', 'no a.mp4'));
  assert.equal(await isOver(watch), true);
  const report = onceReport(watch.outcomes(), true);
  assert.equal(report.ok, false);
  assert.deepEqual(report.cameras.a, {
    captured: 0,
    published: 0,
    results: 0,
    gated: 0,
    failed: 0,
    lost: 0,
    fps: 0,
    latencyMs: { p50: null, p99: null },
  });
  assert.equal(describeShortfall(watch.outcomes()), 'a: no a.mp4');
});

const shortfalls: [what: string, changes: Partial<CameraAccount>][] = [
  ['a result is missing', { complete: false, results: 1393, waiting: 1 }],
  ['a frame was lost', { captured: 1395, lost: 1, lostReasons: { 'decode-error': 1 } }],
  ['a result says that it failed', { failed: 1 }],
  ['there was no frame at all', { captured: 0, published: 0, results: 0 }],
];
for (const [what, changes] of shortfalls) {
  test(`a run is not ok when ${what}`, () => {
    const watch = new OnceWatch(['a']);
    watch.saw({ atMs: 1, cameras: [account('a', changes)] });
    assert.equal(onceReport(watch.outcomes(), true).ok, false);
    assert.match(
      describeShortfall(watch.outcomes()),
      /^a: \d+ frames in, \d+ results out, \d failed, \d lost(; not at its end)?$/,
    );
  });
}

test('the report has exactly the fields that it promises', () => {
  const watch = new OnceWatch(['a']);
  watch.saw({ atMs: 1, cameras: [account('a')] });
  assert.deepEqual(onceReport(watch.outcomes(), true), {
    ok: true,
    cameras: {
      a: {
        captured: 1394,
        published: 1394,
        results: 1394,
        gated: 0,
        failed: 0,
        lost: 0,
        fps: 61.24,
        latencyMs: { p50: 812.4, p99: 1600 },
      },
    },
  });
});

test('a run that was ended before its sources were through is not ok, however its numbers look', () => {
  const watch = new OnceWatch(['a']);
  watch.saw({ atMs: 1, cameras: [account('a')] });
  assert.equal(onceReport(watch.outcomes(), false).ok, false);
});

test('the closing table lines up, and names the reasons of a loss', () => {
  const watch = new OnceWatch(['entrance', 'b']);
  watch.saw({
    atMs: 1,
    cameras: [
      account('entrance'),
      account('b', { captured: 12, results: 10, lost: 2, lostReasons: { 'decode-error': 2 }, latencyMs: null }),
    ],
  });
  assert.deepEqual(onceTable(watch.outcomes()).split('\n'), [
    'camera    frames in  results out  failed                lost   fps  latency p50       p99',
    'entrance      1,394        1,394       0                   0  61.2       812 ms  1,600 ms',
    'b                12           10       0  2 (decode-error 2)  61.2            –         –',
  ]);
});

test('the closing table says how many frames a motion gate spared the model, where there is one', () => {
  const watch = new OnceWatch(['hall']);
  watch.saw({ atMs: 1, cameras: [account('hall', { gated: 1201 })] });
  assert.deepEqual(onceTable(watch.outcomes()).split('\n'), [
    'camera  frames in  results out  gated  failed  lost   fps  latency p50       p99',
    'hall        1,394        1,394  1,201       0     0  61.2       812 ms  1,600 ms',
  ]);
});

function progressTo(isTerminal: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const progress = new Progress({
    write: (text) => written.push(text),
    isTerminal,
    width: () => 60,
    nowMs: () => nowMs,
  });
  return { progress, written, wait: (ms: number) => (nowMs += ms) };
}

test('progress is a plain line every few seconds when nobody looks at a terminal, and none when nothing changed', () => {
  const { progress, written, wait } = progressTo(false);
  progress.show([account('a', running)]);
  wait(1000);
  progress.show([account('a', { ...running, results: 1100 })]);
  wait(2000);
  progress.show([account('a', { ...running, results: 1200, lost: 1 })]);
  wait(5000);
  progress.show([account('a', { ...running, results: 1200, lost: 1 })]);
  progress.end();
  assert.deepEqual(written, ['a 1394 in, 1000 out, 61.2 fps\n', 'a 1394 in, 1200 out, 61.2 fps, 1 lost\n']);
});

test('progress is a bar that redraws itself on a terminal, makes room for lines and never wraps', () => {
  const { progress, written, wait } = progressTo(true);
  progress.show([account('a', { ...running, results: 697 })]);
  progress.line('capture a is back');
  wait(100);
  progress.show([account('a-camera-with-a-name-that-is-too-long', running)]);
  progress.end();
  assert.equal(written[0], `\r\x1b[K[${'█'.repeat(12)}${'░'.repeat(12)}] a 1394 in, 697 out, 61.2 fps`);
  assert.equal(written[1], '\r\x1b[Kcapture a is back\n');
  assert.equal((written[2] ?? '').length, 59 + '\r\x1b[K'.length);
  assert.equal(written[3], '\r\x1b[K');
});
