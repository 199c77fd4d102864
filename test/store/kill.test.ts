import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/tables.ts';
import { Random } from '../stage/order/random.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { event, range } from './events.ts';

const events = 2999;
const kills = 3;

async function standing(store: Store): Promise<{ ids: string[]; next: number }> {
  const rows = await store.selectFrom('events').select('id').orderBy('at_us').execute();
  const position = await store.selectFrom('log_positions').select('next_offset').executeTakeFirst();
  return { ids: rows.map(({ id }) => id), next: position?.next_offset ?? 0 };
}

test('a store that is killed again and again has everything once', { timeout: 120_000 }, async (t) => {
  const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`VIGIL_SEED=${seed}`);
  const random = new Random(seed);
  const file = join(await temporaryFolder(t), 'vigil.db');
  const expected = range(events).map((n) => event(n).id);
  const start = async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'store-entry.ts'), file, String(events)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    return child;
  };
  let metWhole = 0;
  for (let kill = 0; kill < kills; kill++) {
    const child = await start();
    await delay(random.between(0, 150));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await openStore(file);
    const { ids, next } = await standing(store);
    await store.destroy();
    assert.deepEqual(ids, expected.slice(0, next), 'what is stored is what was read');
    if (next === events) metWhole++;
  }
  assert.ok(metWhole < kills, 'a kill met a store that had more to read');
  const child = await start();
  const store = await openStore(file);
  while ((await standing(store)).next < events) await delay(100);
  child.kill('SIGKILL');
  assert.deepEqual((await standing(store)).ids, expected);
  const tracks = await store.selectFrom('tracks').select(['began_us', 'last_us', 'ended_us']).execute();
  assert.equal(tracks.length, Math.ceil(events / 3));
  for (const { began_us, last_us, ended_us } of tracks.slice(0, -1))
    assert.deepEqual([last_us - began_us, ended_us], [200_000, last_us]);
  await store.destroy();
});
