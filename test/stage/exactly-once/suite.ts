import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { untilItWorks } from '../../../src/stage/kafka/retry.ts';
import { TransactionalProducer } from '../../../src/stage/kafka/transactional-producer.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import type { OutgoingRecord } from '../../../src/topics/record.ts';
import type { LoopEntryOptions } from './loop-entry.ts';
import { LoopProcess } from './loop-process.ts';

/** A broker or cluster that can be away for a while. */
export interface Cluster {
  readonly brokers: string[];
  /** Resolves when it is back. */
  interrupt(): Promise<void>;
}

const clientId = 'test';
const inPartitions = 5;
/** Less than the 6 s that brokers allow by default: `cluster` has to allow it. */
export const sessionTimeoutMs = 3000;
const long = process.env.VIGIL_LONG === '1';

/** Brokers hear of a new topic in their own time. */
function stubbornly<T>({ signal }: TestContext, attempt: () => Promise<T>): Promise<T> {
  return untilItWorks(attempt, { signal, isFinal: () => false });
}

/** What a work loop promises with `exactly-once`, on any broker. */
export function exactlyOnceSuite(cluster: () => Cluster): void {
  let runs = 0;

  async function prepare(t: TestContext, count: number) {
    const { brokers } = cluster();
    const [input, output, groupId] = [`in-${++runs}`, `out-${runs}`, `copy-${runs}`];
    const definitions = [
      { name: input, partitions: inPartitions, configs: {} },
      { name: output, partitions: 2, configs: {} },
    ];
    await ensureTopics({ brokers, clientId, topics: definitions });
    const producer = await openRecordProducer({ brokers, clientId });
    const send = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) await producer.send([numbered(input, n, n % inPartitions)]);
    };
    t.after(() => producer.close({ abort: true }));
    const loops: LoopProcess[] = [];
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    t.after(() => Promise.all(loops.map((loop) => loop.end('SIGKILL'))));
    const start = async (
      instance: string,
      change: Partial<LoopEntryOptions> & { isToEnd?: boolean } = {},
    ): Promise<LoopProcess> => {
      const times = { workMs: 6, sessionTimeoutMs };
      const options = { brokers, groupId, input, output, instance, delivery: 'exactly-once', ...times } as const;
      const loop = await LoopProcess.start({ ...options, ...change });
      loops.push(loop);
      // Nothing would go on: rather than wait for ever, say why.
      if (!change.isToEnd)
        void loop.says('ended').then((line) => ended.reject(new Error(`the loop ${instance} ${line}`)));
      return loop;
    };
    const check = () => Promise.race([everyNumberOnce({ brokers, topic: output, count }), ended.promise]);
    return { brokers, output, send, start, check };
  }

  test('a reader sees nothing of several aborted transactions of one producer, wherever an answer begins', async (t) => {
    const { brokers, output } = await prepare(t, 0);
    const producer = new TransactionalProducer({
      brokers,
      clientId,
      transactionalId: `aborts-${runs}`,
      timeoutMs: 10_000,
    });
    t.after(() => producer.close());
    await producer.begin();
    const expected: number[] = [];
    for (let n = 0; n < 13; n++) {
      const records = [numbered(output, n, 0), numbered(output, n, 0)];
      const placed = await producer.place(records);
      await stubbornly(t, () => producer.open(`aborts-${runs}`, placed));
      await stubbornly(t, () => producer.publish(placed));
      if (n % 3 === 2) {
        await producer.commit();
        expected.push(n, n);
      } else await producer.begin();
    }
    await producer.open(`aborts-${runs}`, [{ topic: output, partition: 0 }]);
    const last = await producer.place([numbered(output, 99, 0)]);
    await producer.publish(last);
    await producer.commit();
    const seen: { n: number; offset: bigint }[] = [];
    for await (const each of numbersFrom(brokers, output, 'beginning')) {
      seen.push(each);
      if (each.n === 99) break;
    }
    assert.deepEqual(
      seen.map(({ n }) => n),
      [...expected, 99],
    );
    // From inside: an answer that begins after the first record of an aborted transaction.
    for (let from = 0n; from < 20n; from++) {
      for await (const { n } of numbersFrom(brokers, output, { offset: from })) {
        if (n === 99) break;
        assert.ok(expected.includes(n), `${n} is of an aborted transaction, read from offset ${from}`);
      }
    }
  });

  test('a producer that is closed leaves no open transaction for readers to wait for', {
    timeout: 120_000,
  }, async (t) => {
    const { brokers, output } = await prepare(t, 0);
    const asked = { brokers, clientId, transactionalId: `closes-${runs}`, timeoutMs: 600_000 };
    // A new one each time: where the fate of a request is not known, a transaction is left to its time-out on purpose.
    const producer = await stubbornly(t, async () => {
      const opened = new TransactionalProducer(asked);
      try {
        await opened.begin();
        const placed = await opened.place([numbered(output, 1, 0)]);
        await opened.open(`closes-${runs}`, placed);
        await opened.publish(placed);
        return opened;
      } catch (error) {
        await opened.close();
        throw error;
      }
    });
    // Never sent, so that nothing of it can come after the end.
    await assert.rejects(producer.publish([{ ...numbered(`${output}-nowhere`, 1, 0), partition: 0 }]));
    await producer.close();
    const after = await openRecordProducer({ brokers, clientId });
    t.after(() => after.close({ abort: true }));
    await after.send([numbered(output, 2, 0)]);
    for await (const { n } of numbersFrom(brokers, output, 'beginning')) {
      assert.equal(n, 2);
      break;
    }
  });

  test('a loop killed again and again in the middle of its transactions leaves each result once', async (t) => {
    const count = long ? 4000 : 600;
    const { send, start, check } = await prepare(t, count);
    const sending = send(0, count);
    const done = check();
    let isDone = false;
    void done.then(() => (isDone = true));
    for (let kills = 0; !isDone && kills < (long ? 40 : 4); kills++) {
      const loop = await start('one');
      await delay(120 + Math.random() * 500);
      await loop.end('SIGKILL');
    }
    await start('one');
    await sending;
    await done;
  });

  test('a record that ends its process three times when alone is refused, and all others have their result once', async (t) => {
    const count = 200;
    const { brokers, output, send, start, check } = await prepare(t, count);
    const deadly = 77;
    await send(0, count);
    const done = check();
    let isDone = false;
    void done.then(() => (isDone = true));
    let deaths = 0;
    for (; !isDone; deaths++) {
      // Another instance each time: the count goes with the partition, not with the process.
      const loop = await start(`life-${deaths}`, { deadly, afterCrash: deaths > 0 });
      await Promise.race([loop.gone(), done]);
    }
    await done;
    assert.equal(deaths - 1, 4, 'once among others, three times alone');
    for await (const { n, deaths: counted } of numbersFrom(brokers, output, 'beginning')) {
      assert.equal(counted, n === deadly ? '3' : undefined);
      if (n === deadly) break;
    }
  });

  test('members that come and go while records flow leave each result once', async (t) => {
    const count = long ? 4000 : 700;
    const { send, start, check } = await prepare(t, count);
    const sending = send(0, count);
    const done = check();
    const one = await start('one');
    await delay(300);
    const two = await start('two');
    await delay(1500);
    const three = await start('three');
    await one.end('SIGTERM');
    await delay(800);
    await two.end('SIGKILL');
    await start('four');
    await sending;
    await done;
    await three.end('SIGTERM');
  });

  test('a broker that goes away and comes back in mid-run costs no result and doubles none', async (t) => {
    const count = long ? 3000 : 500;
    const { send, start, check } = await prepare(t, count);
    await start('one');
    await start('two');
    const sending = send(0, count);
    const done = check();
    await delay(500);
    await cluster().interrupt();
    await sending;
    await done;
  });

  test('a loop that was stopped for long finds itself replaced, ends, and doubles nothing', async (t) => {
    const count = 400;
    const { send, start, check } = await prepare(t, count);
    await send(0, count / 2);
    const zombie = await start('one', { isToEnd: true });
    await delay(150);
    zombie.signal('SIGSTOP');
    const done = check();
    await start('one');
    await send(count / 2, count);
    await delay(long ? 30_000 : 1000);
    zombie.signal('SIGCONT');
    assert.equal(await zombie.says('ended'), 'ended DETECTOR_REPLACED');
    await done;
  });

  test('a loop that was stopped for longer than its session goes on as nothing had been, beside those who took over', async (t) => {
    const count = 400;
    const { send, start, check } = await prepare(t, count);
    await send(0, count / 2);
    const sleeper = await start('one', { workMs: 30 });
    await delay(200);
    sleeper.signal('SIGSTOP');
    const done = check();
    await start('two');
    await send(count / 2, count);
    await delay(long ? 30_000 : sessionTimeoutMs + 1000);
    sleeper.signal('SIGCONT');
    await done;
  });
}

function numbered(topic: string, n: number, partition: number): OutgoingRecord {
  return { topic, partition, value: Buffer.alloc(2000, n), headers: new Map([['n', String(n)]]) };
}

async function* numbersFrom(brokers: readonly string[], topic: string, from: 'beginning' | { offset: bigint }) {
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from });
  try {
    for await (const { headers, offset } of consumer)
      yield { n: Number(headers.get('n')), offset, deaths: headers.get('deaths') };
  } finally {
    await consumer.close();
  }
}

/** Waits until every number was seen, then for all transactions to end, and counts how often each came. */
async function everyNumberOnce({
  brokers,
  topic,
  count,
}: {
  brokers: readonly string[];
  topic: string;
  count: number;
}) {
  const missing = new Set(Array.from({ length: count }, (_, n) => n));
  for await (const { n } of numbersFrom(brokers, topic, 'beginning')) {
    missing.delete(n);
    if (missing.size === 0) break;
  }
  const times = new Map<number, number>();
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from: 'beginning' });
  // A double would come with the next transactions of whoever made it.
  const quiet = setTimeout(() => consumer.close(), 2500);
  for await (const { headers } of consumer) {
    const n = Number(headers.get('n'));
    times.set(n, (times.get(n) ?? 0) + 1);
    quiet.refresh();
  }
  const wrong = [...times].filter(([, each]) => each !== 1).map(([n, each]) => `${n}: ${each} times`);
  assert.deepEqual([times.size, wrong], [count, []]);
}
