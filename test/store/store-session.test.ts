import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { isFault } from '../../src/base/errors.ts';
import { createLogger } from '../../src/base/logger.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreSession } from '../../src/store/store-session.ts';
import type { Store } from '../../src/store/tables.ts';
import { FakeLog } from '../serve/fake-log.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { event, range, write } from './events.ts';
import { until } from './stored.ts';

const count = async (store: Store) => (await store.selectFrom('events').select('id').execute()).length;

test('a full disk loses nothing: what did not fit is stored once there is room', async (t) => {
  const store = await openStore(join(await temporaryFolder(t), 'vigil.db'));
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(store);
  await sql`PRAGMA max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 20)}`.execute(store);
  const log = new FakeLog();
  const troubles: unknown[] = [];
  const session = new StoreSession(store, {
    brokers: [],
    file: 'vigil.db',
    retentionMs: -1,
    pictureBytes: -1,
    logger: createLogger('store', { level: 'silent' }),
    openConsumer: log.open,
    topicIds: async (topics) => new Map(topics.map((topic) => [topic, 'one'])),
    batchAt: log.batchAt,
    onReading: () => {},
    onStored: () => {},
    onChange: () => {},
    onTrouble: (error) => troubles.push(error),
  });
  const ending = new AbortController();
  const running = session.run(ending.signal);
  write(
    log,
    range(700).map((n) => event(n)),
  );
  await until(
    () => troubles.length,
    (each) => each > 0,
  );
  assert.ok(troubles.every((each) => isFault(each, 'DISK_FULL')));
  assert.ok((await count(store)) < 700);
  await sql`PRAGMA max_page_count = 1000000`.execute(store);
  await until(
    () => count(store),
    (each) => each === 700,
  );
  ending.abort();
  await running;
  await store.destroy();
});
