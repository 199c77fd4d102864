// A detector without a model, in a process of its own: `node copy-loop.ts <options as JSON>` copies records from one topic to
// another after a fixed time, and prints `ready` when it reads.
import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryKind } from '../../src/stage/delivery.ts';
import { startWorkLoop } from '../../src/stage/work-loop.ts';

export interface CopyLoopOptions {
  brokers: string[];
  name: string;
  input: string;
  output: string;
  delivery: DeliveryKind;
  workMs: number;
  concurrency: number;
}

const options: CopyLoopOptions = JSON.parse(process.argv[2] ?? '{}');
const { brokers, name, input, output, delivery, workMs, concurrency } = options;
const loop = await startWorkLoop({
  brokers,
  clientId: name,
  groupId: name,
  groupInstanceId: name,
  delivery,
  topics: [input],
  concurrency: () => concurrency,
  targets: () => [{ topic: output, partition: 0 }],
  work: async ({ headers, value }) => {
    if (workMs > 0) await delay(workMs);
    return [{ topic: output, partition: 0, value, headers: new Map(headers) }];
  },
});
process.stdout.write('ready\n');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => loop.close().then(() => process.exit(0)));
loop.done.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
