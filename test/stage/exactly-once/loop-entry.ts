/**
 * A work loop to be killed: `node loop-entry.ts <options as JSON>` copies records from one topic to
 * another, taking its time, and prints `ready` when it reads.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startWorkLoop } from '../../../src/stage/work-loop.ts';

export interface LoopEntryOptions {
  brokers: string[];
  groupId: string;
  input: string;
  output: string;
  instance: string;
  delivery: 'exactly-once' | 'at-least-once';
  workMs: number;
  sessionTimeoutMs: number;
  afterCrash?: boolean;
  /** The record with this number ends the process at once. */
  deadly?: number;
}

const options: LoopEntryOptions = JSON.parse(process.argv[2] ?? '{}');
const { afterCrash = false, deadly } = options;
const { brokers, groupId, input, output, instance, delivery, workMs, sessionTimeoutMs } = options;
const loop = await startWorkLoop({
  brokers,
  clientId: instance,
  groupId,
  groupInstanceId: instance,
  delivery,
  sessionTimeoutMs,
  topics: [input],
  concurrency: () => 4,
  targets: ({ partition }) => [{ topic: output, partition: partition % 2 }],
  poison: {
    afterCrash,
    refuse: ({ headers, partition, value }, deaths) => {
      const refused = new Map([...headers, ['deaths', String(deaths)]]);
      return [{ topic: output, partition: partition % 2, value, headers: refused }];
    },
  },
  work: async ({ headers, partition, value }) => {
    await delay(Math.random() * workMs);
    if (Number(headers.get('n')) === deadly) process.kill(process.pid, 'SIGKILL');
    return [{ topic: output, partition: partition % 2, value, headers: new Map(headers) }];
  },
});
loop.done.catch((error: Error) => {
  process.stdout.write(`ended ${'code' in error ? error.code : error.message}\n`);
});
process.stdout.write('ready\n');
process.on('SIGTERM', () => loop.close().then(() => process.exit(0)));
