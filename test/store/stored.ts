import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../src/base/logger.ts';
import { type RunningStore, type StoreOptions, startStore } from '../../src/store/start-store.ts';
import { FakeLog } from '../serve/fake-log.ts';
import { temporaryFolder } from '../support/vigil.ts';

export interface Stored {
  log: FakeLog;
  store: RunningStore;
  file: string;
}

/** A store over a log in memory, closed after the test. */
export async function stored(
  context: TestContext,
  { log = new FakeLog(), ...change }: Partial<StoreOptions> & { log?: FakeLog } = {},
): Promise<Stored> {
  const file = change.file ?? join(await temporaryFolder(context), 'store', 'vigil.db');
  const store = startStore({
    brokers: ['log-in-memory:1'],
    retentionMs: -1,
    pictureBytes: -1,
    logger: createLogger('store', { level: 'silent' }),
    openConsumer: log.open,
    topicIds: async (topics) => new Map(topics.map((topic) => [topic, 'one'])),
    batchAt: log.batchAt,
    ...change,
    file,
  });
  context.after(() => store.close());
  return { log, store, file };
}

/** Asks until the answer is as wanted. */
export async function until<T>(ask: () => T | Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await Promise.resolve(ask()).catch(() => undefined);
    if (answer !== undefined && isWanted(answer)) return answer;
    await delay(10);
  }
}
