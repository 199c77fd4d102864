import { setTimeout as delay } from 'node:timers/promises';
import {
  Consumer,
  type MessagesStream,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  stringDeserializers,
} from '@platformatic/kafka';
import { readers as group, partitionName, topic } from './names.ts';
import { within } from './within.ts';
import type { Work } from './workload.ts';

type TextConsumer = Consumer<string, string, string, string>;
type TextStream = MessagesStream<string, string, string, string>;

const recordsPerCommit = 10;
const pauseAfterFailureMs = 50;

/** A member of the group that commits what it has read; joins anew after every failure and every rebalance. */
export async function runReader(work: Work, client: string): Promise<void> {
  while (!work.readersEnd.aborted) {
    work.history.push({ kind: 'assigned', client });
    const consumer = openConsumer(work);
    try {
      await readAsMember(work, consumer, client);
    } catch (error) {
      work.onFailure(client, error);
      await delay(pauseAfterFailureMs);
    } finally {
      await within(consumer.close(true)).catch(() => {});
    }
  }
}

function openConsumer({ bootstrap }: Work): TextConsumer {
  const consumer = new Consumer({
    clientId: 'crash',
    groupId: group,
    bootstrapBrokers: [bootstrap],
    deserializers: stringDeserializers,
    sessionTimeout: 1000,
    rebalanceTimeout: 1000,
    heartbeatInterval: 100,
    maxWaitTime: 100,
    retries: 20,
    retryDelay: 50,
    // The client's own filter of aborted records lets some through: what it would hide is the auditor's to judge.
    isolationLevel: 0,
  }) as TextConsumer;
  // Told when a rebalance in the background fails, above all because the member is being closed.
  consumer.on('error', () => {});
  return consumer;
}

/** Returns at the end of the work or when the group shares out its partitions anew. */
async function readAsMember(work: Work, consumer: TextConsumer, client: string): Promise<void> {
  const stream = await within(
    consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
      autocommit: false,
    }),
  );
  stream.on('error', () => {});
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  consumer.on('consumer:group:join', () => end());
  work.readersEnd.addEventListener('abort', () => end());
  if (work.readersEnd.aborted) end();
  try {
    await Promise.race([readStream(work, { consumer, stream, client }), ended]);
  } finally {
    stream.destroy();
  }
}

async function readStream(
  { history }: Work,
  { consumer, stream, client }: { consumer: TextConsumer; stream: TextStream; client: string },
): Promise<void> {
  const next = new Map<number, bigint>();
  let uncommitted = 0;
  for await (const { partition, offset, value } of stream) {
    if (stream.destroyed) return;
    const records = [{ offset, value }];
    history.push({ kind: 'poll', client, isUncommitted: true, partition: partitionName(topic, partition), records });
    next.set(partition, offset + 1n);
    if (++uncommitted < recordsPerCommit) continue;
    await commit(history, consumer, next);
    next.clear();
    uncommitted = 0;
  }
}

async function commit(
  history: Work['history'],
  consumer: TextConsumer,
  next: ReadonlyMap<number, bigint>,
): Promise<void> {
  const offsets = [...next].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 }));
  await within(consumer.commit({ offsets }));
  for (const [partition, offset] of next) {
    history.push({ kind: 'committed', group, partition: partitionName(topic, partition), offset });
  }
}
