import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/store/open-store.ts';
import type { RunningStore } from '../../src/store/start-store.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { event, range, write } from './events.ts';
import { stored, until } from './stored.ts';

const eventsOf = (store: RunningStore) => store.ask('events', { limit: 500 });
const all = (count: number) => range(count).map((n) => event(n));

test('a store that is started again goes on where it was', async (t) => {
  const first = await stored(t);
  write(first.log, all(7));
  await until(
    () => eventsOf(first.store),
    ({ items }) => items.length === 7,
  );
  await first.store.close();
  write(
    first.log,
    range(4, 7).map((n) => event(n)),
  );
  const { store, log } = await stored(t, { log: first.log, file: first.file });
  const { items } = await until(
    () => eventsOf(store),
    (page) => page.items.length === 11,
  );
  assert.deepEqual(items.map((each) => each.event).toReversed(), all(11));
  const opened = log.opened.at(-1)?.from;
  assert.deepEqual(opened, { positions: new Map([['events:0', 7n]]) });
});

test('two stores on one file store everything once between them', async (t) => {
  const first = await stored(t);
  const second = await stored(t, { log: first.log, file: first.file });
  for (const n of range(60)) {
    write(first.log, [event(n)]);
    if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { items } = await until(
    () => eventsOf(second.store),
    (page) => page.items.length === 60,
  );
  assert.deepEqual(items.map((each) => each.event).toReversed(), all(60));
});

test('a topic that was made anew is read from its beginning, and what it repeats is not doubled', async (t) => {
  const first = await stored(t);
  write(first.log, all(9));
  await until(
    () => eventsOf(first.store),
    ({ items }) => items.length === 9,
  );
  await first.store.close();
  const { store, log } = await stored(t, {
    file: first.file,
    topicIds: async (topics) => new Map(topics.map((topic) => [topic, 'another'])),
  });
  write(
    log,
    range(5, 6).map((n) => event(n)),
  );
  const { items } = await until(
    () => eventsOf(store),
    (page) => page.items.length === 11,
  );
  assert.deepEqual(items.map((each) => each.event).toReversed(), all(11));
});

test('a record that breaks the contract is passed over, and what follows is stored', async (t) => {
  const { log, store } = await stored(t);
  log.append({ topic: 'events', partition: 0, value: Buffer.from('{"id":1}'), headers: new Map() }, 1);
  write(log, all(1));
  await until(
    () => eventsOf(store),
    ({ items }) => items.length === 1,
  );
});

test('a damaged file is named with what to do, and its store goes on once it is away', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'vigil.db');
  await mkdir(folder, { recursive: true });
  await writeFile(file, Buffer.alloc(8192, 'no database '));
  const { log, store } = await stored(t, { file });
  write(log, all(3));
  const { problem } = await until(
    () => store.state,
    ({ state }) => state === 'failed',
  );
  assert.equal(problem?.code, 'STORE_CORRUPT');
  assert.match(problem?.next ?? '', /Move .*vigil\.db\*/);
  await assert.rejects(eventsOf(store), /not a whole database/);
  await rm(file);
  await until(
    () => eventsOf(store),
    ({ items }) => items.length === 3,
  );
  assert.equal(store.state.problem, undefined);
});

test('tables of a newer program are left alone', async (t) => {
  const file = join(await temporaryFolder(t), 'vigil.db');
  const newer = await openStore(file);
  await newer.updateTable('schema_version').set({ version: 99 }).execute();
  await newer.destroy();
  const { store } = await stored(t, { file });
  const { problem } = await until(
    () => store.state,
    ({ state }) => state === 'failed',
  );
  assert.equal(problem?.code, 'STORE_NEWER');
  assert.match(problem?.message ?? '', /version 99; this program knows versions up to \d+\D*$/);
});

test('it says that it catches up, and up to when it has stored', async (t) => {
  const { log, store } = await stored(t);
  write(log, all(2));
  const state = await until(
    () => store.state,
    (each) => each.storedUpToMs !== null && each.state === 'live',
  );
  assert.equal(state.storedUpToMs, event(1).atUs / 1000);
});
