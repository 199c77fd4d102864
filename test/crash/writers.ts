import { setTimeout as delay } from 'node:timers/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';
import type { Send } from './history.ts';
import { partitionName, partitions, topic } from './names.ts';
import { within } from './within.ts';
import type { Work } from './workload.ts';

type TextProducer = Producer<string, string, string, string>;
type Transaction = Awaited<ReturnType<TextProducer['beginTransaction']>>;

/** Long enough to live through a restart of the broker, so that a repeated request meets its first attempt. */
const retries = 40;
const retryDelay = 50;
const pauseAfterFailureMs = 50;

function openProducer({ bootstrap }: Work, transactionalId?: string): TextProducer {
  // Without these the client claims to be producer 0, which the broker rightly fences once it is not.
  const newcomer = { producerId: -1n, producerEpoch: -1 };
  const named = transactionalId === undefined ? {} : { transactionalId, ...newcomer };
  return new Producer({
    clientId: 'crash',
    bootstrapBrokers: [bootstrap],
    serializers: stringSerializers,
    idempotent: true,
    retries,
    retryDelay,
    ...named,
  });
}

/** Sends with sequence numbers, a few records at a time; begins as a new producer when a send fails. */
export async function runWriter(work: Work, client: string): Promise<void> {
  let producer = openProducer(work);
  while (!work.writersEnd.aborted) {
    const succeeded = await send(work, producer, { client });
    if (succeeded) continue;
    await within(producer.close()).catch(() => {});
    await delay(pauseAfterFailureMs);
    producer = openProducer(work);
  }
  await within(producer.close()).catch(() => {});
}

/** Transactions over several partitions, every fourth one aborted; ends only when nothing is left open. */
export async function runTransactions(work: Work, transactionalId: string): Promise<void> {
  let producer = openProducer(work, transactionalId);
  for (let isSettled = false; !work.writersEnd.aborted || !isSettled; ) {
    isSettled = await transact(work, producer, transactionalId);
    if (isSettled) continue;
    await within(producer.close()).catch(() => {});
    await delay(pauseAfterFailureMs);
    producer = openProducer(work, transactionalId);
  }
  await within(producer.close()).catch(() => {});
}

async function transact(work: Work, producer: TextProducer, client: string): Promise<boolean> {
  const id = work.newValue('transaction');
  const shallCommit = work.below(4) !== 0;
  let isEnding = false;
  try {
    const transaction = await within(producer.beginTransaction());
    const sends = 1 + work.below(3);
    for (let i = 0; i < sends; i++) {
      if (!(await send(work, transaction, { client, transaction: id }))) throw new Error('a send failed');
    }
    isEnding = true;
    await within(shallCommit ? transaction.commit() : transaction.abort());
    work.history.push({ kind: 'transaction', id, outcome: shallCommit ? 'committed' : 'aborted' });
    return true;
  } catch (error) {
    work.onFailure(client, error);
    // Whoever did not ask for the commit knows that it did not happen.
    work.history.push({ kind: 'transaction', id, outcome: isEnding && shallCommit ? 'unknown' : 'aborted' });
    return false;
  }
}

/** @returns false when no acknowledgement came */
async function send(
  { below, newValue, history, onFailure }: Work,
  producer: TextProducer | Transaction,
  who: Pick<Send, 'client' | 'transaction'>,
): Promise<boolean> {
  const partition = below(partitions);
  const values = Array.from({ length: 1 + below(4) }, () => newValue(who.client));
  const sent = values.map(
    (value) => ({ kind: 'send', ...who, partition: partitionName(topic, partition), value }) as const,
  );
  try {
    const { offsets } = await within(
      producer.send({
        messages: values.map((value) => ({ topic, partition, value })),
        acks: -1,
      }),
    );
    const base = offsets?.[0]?.offset;
    if (base === undefined) throw new Error('acknowledged without an offset');
    for (const [i, each] of sent.entries()) {
      history.push({ ...each, outcome: 'acknowledged', offset: base + BigInt(i) });
    }
    return true;
  } catch (error) {
    onFailure(who.client, error);
    for (const each of sent) history.push({ ...each, outcome: 'unknown' });
    return false;
  }
}
