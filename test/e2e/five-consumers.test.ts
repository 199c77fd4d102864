import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { GroupAccount } from '../../src/topics/group-account.ts';
import { ownPlace, startVigil, temporaryFolder, Vigil } from '../support/vigil.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'five-consumers', 'vigil.yml');
const isLong = process.env.VIGIL_LONG !== undefined;
/** The example's own model, or one that is quicker to drain. */
const model = isLong ? 'delay:500ms' : 'delay:200ms';
const backlog = isLong ? 450 : 30;

interface Site {
  file: string;
  data: string;
}

async function site(t: TestContext): Promise<Site> {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'vigil.yml');
  writeFileSync(
    file,
    readFileSync(example, 'utf8').replace('delay:500ms', model).replace('partitions: 60', 'partitions: 24'),
  );
  return { file, data: join(folder, 'data') };
}

async function group(url: string): Promise<GroupAccount | undefined> {
  const groups = (await (await fetch(`${url}/api/groups`)).json()) as GroupAccount[];
  return groups[0];
}

/** Runs until the group is as the test wants it. @returns every look at it */
async function runUntil(
  t: TestContext,
  { file, data }: Site,
  more: string[],
  isEnough: (now: GroupAccount) => boolean,
) {
  const vigil = startVigil(t, ['up', file, ...ownPlace(data), ...more]);
  const [, url = ''] = await vigil.printed(/Vigil is looking: (http:\S+)/);
  const looks: GroupAccount[] = [];
  for (;;) {
    const now = await group(url);
    if (now) looks.push(now);
    if (now && isEnough(now)) break;
    await delay(250);
  }
  const { code, stderr } = await vigil.interrupt();
  assert.equal(code, 0, stderr);
  return { looks, stderr };
}

test('one worker falls behind, as many as are needed drain what waits, and every frame has one result', async (t) => {
  const place = await site(t);
  const alone = await runUntil(t, place, ['--workers', '1'], ({ lagRecords }) => lagRecords >= backlog);
  assert.ok(alone.looks.every(({ workers }) => workers <= 1));
  let most = 0;
  const scaled = await runUntil(t, place, [], ({ lagRecords, workers, inPerSecond }) => {
    most = Math.max(most, workers);
    return most > 1 && inPerSecond > 8 && lagRecords <= 10;
  });
  assert.ok(
    scaled.looks.some(({ lagRecords }) => lagRecords >= backlog - 10),
    'the backlog was there after the restart',
  );
  assert.match(scaled.stderr, /slow: 1 → \d+ workers \(.* frames\/s × 0\.\d+ s ÷ 0\.9, \d+ frames behind\)/);
  const audit = new Vigil(['audit', place.file, '--data', place.data, '--json']);
  const { code, stdout, stderr } = await audit.ended;
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  t.diagnostic(stdout.slice(0, 600));
});
