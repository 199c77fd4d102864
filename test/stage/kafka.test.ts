import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { deleteTopic, describeTopic, ensureTopics, listTopics, waitForBroker } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer, type StartFrom } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { startWorkLoop } from '../../src/stage/work-loop.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { startBroker } from '../broker/start-broker.ts';
import { temporaryFolder } from '../support/vigil.ts';

const clientId = 'test';

async function bootstrapOf(t: TestContext): Promise<readonly string[]> {
  const broker = await startBroker();
  t.after(() => broker.close());
  return [broker.bootstrap];
}

function record(topic: string, number: number, partition = 0): OutgoingRecord {
  return { topic, partition, value: Buffer.from(`value ${number}`), headers: new Map([['n', String(number)]]) };
}

/** Reads until `count` different numbers were seen; each number as often as it came. */
async function readNumbers(brokers: readonly string[], topic: string, count: number, from: StartFrom = 'beginning') {
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from });
  const seen = new Map<number, number>();
  for await (const { headers } of consumer) {
    const n = Number(headers.get('n'));
    seen.set(n, (seen.get(n) ?? 0) + 1);
    if (seen.size === count) break;
  }
  await consumer.close();
  return seen;
}

test('topics are created once, described and deleted', async (t) => {
  const brokers = await bootstrapOf(t);
  await waitForBroker({ brokers, clientId, timeoutMs: 1000 });
  const topics = [{ name: 'frames', partitions: 5, configs: { 'retention.ms': '1000' } }];
  await ensureTopics({ brokers, clientId, topics });
  await ensureTopics({ brokers, clientId, topics });
  assert.deepEqual(await listTopics({ brokers, clientId }), ['frames']);
  const { partitions } = await describeTopic({ brokers, clientId, topic: 'frames' });
  assert.deepEqual(
    partitions.map(({ partition, logEndOffset }) => [partition, logEndOffset]),
    [0, 1, 2, 3, 4].map((p) => [p, 0n]),
  );
  await deleteTopic({ brokers, clientId, topic: 'frames' });
  assert.deepEqual(await listTopics({ brokers, clientId }), []);
});

test('an address where no broker listens is named in the fault', async () => {
  const brokers = ['127.0.0.1:1'];
  await assert.rejects(waitForBroker({ brokers, clientId, timeoutMs: 0 }), (error) => {
    return isFault(error, 'BROKER_UNREACHABLE') && error.message.includes('127.0.0.1:1');
  });
  await assert.rejects(openRecordProducer({ brokers, clientId }), (error) => isFault(error, 'BROKER_UNREACHABLE'));
});

test('sends that overlap are all acknowledged, each once, in order inside a partition', async (t) => {
  const brokers = await bootstrapOf(t);
  await ensureTopics({ brokers, clientId, topics: [{ name: 'frames', partitions: 3, configs: {} }] });
  const producer = await openRecordProducer({ brokers, clientId });
  assert.equal(await producer.partitionsOf('frames'), 3);
  await Promise.all(Array.from({ length: 101 }, (_, n) => producer.send([record('frames', n, n % 3)])));
  // One after the other as well: a send right after an acknowledgement must not wait for a further one.
  for (let n = 101; n < 111; n++) await producer.send([record('frames', n, n % 3)]);
  await producer.close();

  const consumer = await openRecordConsumer({ brokers, clientId, topics: ['frames'], from: 'beginning' });
  const lastOf = new Map<number, number>();
  let count = 0;
  for await (const { partition, headers } of consumer) {
    const n = Number(headers.get('n'));
    assert.ok(n > (lastOf.get(partition) ?? -1), `${n} after ${lastOf.get(partition)} in partition ${partition}`);
    lastOf.set(partition, n);
    if (++count === 111) break;
  }
  await consumer.close();
});

test('a producer that is closed rejects what was not sent', async (t) => {
  const brokers = await bootstrapOf(t);
  const producer = await openRecordProducer({ brokers, clientId });
  await producer.close();
  await assert.rejects(producer.send([record('frames', 0)]), (error) => isFault(error, 'BROKER_UNREACHABLE'));
});

test('a reader may start at a time', async (t) => {
  const brokers = await bootstrapOf(t);
  await ensureTopics({ brokers, clientId, topics: [{ name: 'frames', partitions: 2, configs: {} }] });
  const producer = await openRecordProducer({ brokers, clientId });
  await producer.send([record('frames', 0, 0), record('frames', 1, 1)]);
  const between = Date.now() + 1;
  while (Date.now() <= between) await new Promise((resolve) => setImmediate(resolve));
  await producer.send([record('frames', 2, 0)]);
  const seen = await readNumbers(brokers, 'frames', 1, { timestampMs: between });
  assert.deepEqual([...seen.keys()], [2]);
  await producer.close();
});

test('the work loop answers every record, and goes on after it was closed where it was', async (t) => {
  const brokers = await bootstrapOf(t);
  const topics = ['in', 'out'].map((name) => ({ name, partitions: 3, configs: {} }));
  await ensureTopics({ brokers, clientId, topics });
  const producer = await openRecordProducer({ brokers, clientId });
  let most = 0;
  let inHand = 0;
  const work = async ({ headers, partition, value }: IncomingRecord): Promise<OutgoingRecord[]> => {
    most = Math.max(most, ++inHand);
    await new Promise((resolve) => setTimeout(resolve, Number(headers.get('n')) % 4));
    inHand--;
    return [{ topic: 'out', partition, value, headers: new Map(headers) }];
  };
  const options = {
    brokers,
    clientId,
    groupId: 'g',
    groupInstanceId: 'one',
    topics: ['in'],
    concurrency: () => 4,
    work,
  };
  for (const [from, to] of [
    [0, 57],
    [57, 90],
  ] as const) {
    const loop = await startWorkLoop(options);
    for (let n = from; n < to; n++) void producer.send([record('in', n, n % 3)]);
    await readNumbers(brokers, 'out', to);
    await loop.close();
    await loop.done;
  }
  const seen = await readNumbers(brokers, 'out', 90);
  assert.deepEqual(
    [...seen.values()].filter((times) => times !== 1),
    [],
    'none was answered twice',
  );
  assert.ok(most > 1 && most <= 4, `${most} at once`);
  await producer.close();
});

test('a throw of the work ends the loop, and the record is read again by the next', async (t) => {
  const brokers = await bootstrapOf(t);
  await ensureTopics({
    brokers,
    clientId,
    topics: ['in', 'out'].map((name) => ({ name, partitions: 1, configs: {} })),
  });
  const producer = await openRecordProducer({ brokers, clientId });
  for (let n = 0; n < 5; n++) await producer.send([record('in', n)]);
  const common = { brokers, clientId, groupId: 'g', groupInstanceId: 'one', topics: ['in'], concurrency: () => 1 };
  const pass = ({ headers, value }: IncomingRecord) => [
    { topic: 'out', partition: 0, value, headers: new Map(headers) },
  ];
  const failing = await startWorkLoop({
    ...common,
    work: async (each) => {
      if (each.headers.get('n') === '3') throw new Error('broken model');
      return pass(each);
    },
  });
  await assert.rejects(failing.done, /broken model/);
  const loop = await startWorkLoop({ ...common, work: async (each) => pass(each) });
  const seen = await readNumbers(brokers, 'out', 5);
  assert.deepEqual(
    [...seen],
    [0, 1, 2, 3, 4].map((n) => [n, 1]),
  );
  await loop.close();
  await producer.close();
});

test('producer, loop and reader go on by themselves after the broker was away', async (t) => {
  const dataDir = join(await temporaryFolder(t), 'data');
  let broker = await startBroker({ dataDir });
  t.after(() => broker.close());
  const { port } = broker.address;
  const brokers = [broker.bootstrap];
  await ensureTopics({
    brokers,
    clientId,
    topics: ['in', 'out'].map((name) => ({ name, partitions: 2, configs: {} })),
  });
  const producer = await openRecordProducer({ brokers, clientId });
  const loop = await startWorkLoop({
    brokers,
    clientId,
    groupId: 'g',
    groupInstanceId: 'one',
    topics: ['in'],
    concurrency: () => 2,
    work: async ({ headers, partition, value }) => [{ topic: 'out', partition, value, headers: new Map(headers) }],
  });
  const everything = readNumbers(brokers, 'out', 40);
  for (let n = 0; n < 20; n++) await producer.send([record('in', n, n % 2)]);
  await broker.close();
  const sent = Array.from({ length: 20 }, (_, i) => producer.send([record('in', 20 + i, i % 2)]));
  broker = await startBroker({ dataDir, port });
  await Promise.all(sent);
  assert.equal((await everything).size, 40);
  await loop.close();
  await producer.close();
});
