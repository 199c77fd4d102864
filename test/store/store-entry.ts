import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '../../src/base/logger.ts';
import { startStore } from '../../src/store/start-store.ts';
import { FakeLog } from '../serve/fake-log.ts';
import { event, range, write } from './events.ts';

/** A store of its own process, to be killed: `store-entry.ts <file> <events>`. Says when it has stored something. */
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
        for await (const record of consumer) {
          await turn();
          yield record;
        }
      },
    };
  },
});
setInterval(() => {
  if (store.state.revision > 0) process.stdout.write('stored\n');
}, 5);
