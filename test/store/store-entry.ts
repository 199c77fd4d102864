import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../src/base/logger.ts';
import { startStore } from '../../src/store/start-store.ts';
import { FakeLog } from '../serve/fake-log.ts';
import { event, range, write } from './events.ts';

/**
 * A store of its own process, to be killed: `store-entry.ts <file> <events>`. Says when it has stored something, or has
 * nothing left to store.
 */
const [file = '', count = '0'] = process.argv.slice(2);
const log = new FakeLog();
write(
  log,
  range(Number(count)).map((n) => event(n)),
);
const store = startStore({
  brokers: ['log-in-memory:1'],
  file,
  retentionMs: -1,
  pictureBytes: -1,
  logger: createLogger('store', { level: 'warn' }),
  topicIds: async (topics) => new Map(topics.map((topic) => [topic, 'one'])),
  batchAt: log.batchAt,
  // Slowly, so that a kill meets transactions of every size.
  async openConsumer(options) {
    const consumer = await log.open(options);
    return {
      ...consumer,
      async *[Symbol.asyncIterator]() {
        let read = 0;
        for await (const record of consumer) {
          if (++read % 10 === 0) await delay(1);
          yield record;
        }
      },
    };
  },
});
setInterval(() => {
  if (store.state.revision > 0 || store.state.state === 'live') process.stdout.write('stored\n');
}, 5);
