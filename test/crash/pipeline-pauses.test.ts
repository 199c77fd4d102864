import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerSnapshot } from '../../src/topics/camera-account.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { Scenario } from './pipeline/scenario.ts';

const isLong = process.env.VIGIL_LONG === '1';
const isNamed = isLong || process.env.VIGIL_CHAOS_PAUSES !== undefined;
/** Long enough for the group's session time-out, and so for others to have taken over. */
const stoppedMs = isLong ? 30_000 : 3000;
const everyPart = [
  'detect people',
  'broker',
  'track',
  'capture gate',
  'detect quick',
  'capture film',
  'serve',
  'vigil',
];

function tell(line: string): void {
  if (isNamed) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

async function judged(scenario: Scenario): Promise<Awaited<ReturnType<Scenario['judge']>>> {
  const verdict = await scenario.judge().catch((error: Error) => {
    tell(`${scenario.folder}: ${error.message}`);
    throw error;
  });
  const { report: _, ...rest } = verdict;
  tell(JSON.stringify(rest));
  assert.ok(verdict.frames > 50 && verdict.tracks > 20, JSON.stringify(rest));
  return verdict;
}

async function pictureOf({ config }: Scenario): Promise<LedgerSnapshot['cameras']> {
  const { host, port } = config.httpListen;
  return ((await (await fetch(`http://${host}:${port}/api/cameras`)).json()) as LedgerSnapshot).cameras;
}

/** Waits until the page says so. */
async function until(scenario: Scenario, isSo: (cameras: LedgerSnapshot['cameras']) => boolean): Promise<void> {
  while (!isSo(await pictureOf(scenario))) await delay(250);
}

async function withPartsStopped(t: TestContext): Promise<void> {
  const scenario = await Scenario.make(t, { fps: 10 });
  await scenario.start();
  const stop = async (part: string): Promise<void> => {
    assert.ok(scenario.site.signal(part, 'SIGSTOP'), `${part} does not run`);
    await delay(stoppedMs);
    scenario.site.signal(part, 'SIGCONT');
    tell(`${part} was stopped`);
  };
  const stops: Promise<void>[] = [];
  for (const part of everyPart) {
    stops.push(stop(part));
    // One after the other, or each while the one before sleeps on.
    await (isLong ? stops.at(-1) : delay(stoppedMs / 4));
    await delay(isLong ? 3000 : 0);
  }
  await Promise.all(stops);
  await judged(scenario);
}

/** @returns undefined when this user may not mount */
async function smallDisk(t: TestContext, sizeMb: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    await rmdir(folder);
    return undefined;
  }
  t.after(async () => {
    execFileSync('umount', ['--lazy', folder]);
    await rmdir(folder);
  });
  return folder;
}

async function onSmallDisk(t: TestContext): Promise<void> {
  const disk = await smallDisk(t, 64);
  if (disk === undefined) {
    t.skip('this user may not mount');
    return;
  }
  const scenario = await Scenario.make(t, { fps: 10, dataDir: join(disk, 'data') });
  await scenario.start();
  await until(scenario, (cameras) => cameras.length === 4 && cameras.every(({ published }) => published > 5));
  const ballast = join(disk, 'ballast');
  // All the room there is.
  assert.throws(() => execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' }));
  await scenario.site.says(/records are refused/);
  const before = await pictureOf(scenario);
  tell('the disk is full');
  await delay(isLong ? 30_000 : 2000);
  rmSync(ballast);
  await until(scenario, (cameras) =>
    cameras.every(({ published }, index) => published > (before[index]?.published ?? 0) + 5),
  );
  tell('there is room again');
  const lines = scenario.site.log.split('\n').length;
  assert.ok(lines < 1000, `${lines} lines were written about it`);
  await judged(scenario);
}

const [fakeTime] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

async function withClockSetBack(t: TestContext): Promise<void> {
  const clock = join(await temporaryFolder(t), 'clock');
  writeFileSync(clock, '+0\n');
  const env = {
    LD_PRELOAD: fakeTime,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const scenario = await Scenario.make(t, { fps: 10, env });
  await scenario.start();
  await until(scenario, (cameras) => cameras.length === 4 && cameras.every(({ published }) => published > 5));
  writeFileSync(clock, '-1h\n');
  tell('the clock is set back');
  await delay(1500);
  for (const part of ['capture film', 'capture gate', 'detect people']) scenario.site.signal(part, 'SIGKILL');
  const before = new Map((await pictureOf(scenario)).map(({ camera, results }) => [camera, results]));
  await until(scenario, (cameras) => cameras.every(({ camera, results }) => results > (before.get(camera) ?? 0) + 10));
  const { report } = await judged(scenario);
  const films = report.sessions.filter(({ camera }) => camera === 'film');
  assert.equal(films.length, 1, 'the film went on where it was');
  const after = report.sessions.findLast(({ camera }) => camera === 'gate');
  const quick = after?.detectors.find(({ detector }) => detector === 'quick@1');
  assert.ok((quick?.results ?? 0) > (quick?.skipped ?? 0), JSON.stringify(quick));
}

// By name only (VIGIL_LONG=1, or VIGIL_CHAOS_PAUSES=1 for the short way): each takes a start of everything. That a stopped
// detector is fenced is tried in test/stage/exactly-once/, always.
if (isNamed) {
  test(
    `each part stopped for ${stoppedMs / 1000} s and going on as if nothing had been: nothing is lost or doubled`,
    {
      timeout: 900_000,
    },
    withPartsStopped,
  );

  test(
    'a disk that fills up in mid-run and is freed again costs nothing that was published',
    {
      timeout: 300_000,
    },
    onSmallDisk,
  );

  test(
    'a clock that is set back by an hour costs nothing, and urgent detectors go on with the newest frames',
    {
      skip: fakeTime === undefined && 'needs libfaketime (Debian: faketime)',
      timeout: 300_000,
    },
    withClockSetBack,
  );
}
