import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TransactionalProducer } from '../../../src/stage/kafka/transactional-producer.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { readToEnd } from '../../../src/stage/read-to-end.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import type { OutgoingRecord } from '../../../src/topics/record.ts';
import { startBroker } from '../../broker/start-broker.ts';

const topic = 'somebody-elses';
const count = 37;

async function brokerWithSmallBatches(t: TestContext): Promise<string[]> {
  const broker = await startBroker({});
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const definition = { name: topic, partitions: 2, configs: { 'max.message.bytes': '100000' } };
  await ensureTopics({ brokers, clientId: 'test', topics: [definition] });
  return brokers;
}

function records(): OutgoingRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    topic,
    partition: n % 2,
    value: Buffer.alloc(12_345, n),
    headers: new Map(),
  }));
}

async function assertAllThereOnce(brokers: readonly string[]): Promise<void> {
  const seen: [number[], number[]] = [[], []];
  await readToEnd({ brokers, clientId: 'test', topic, from: 'beginning' }, ({ partition, value }) => {
    seen[partition === 0 ? 0 : 1].push(value[0] ?? -1);
  });
  const all = Array.from({ length: count }, (_, n) => n);
  assert.deepEqual(seen, [all.filter((n) => n % 2 === 0), all.filter((n) => n % 2 === 1)]);
}

test('records that are too many for one batch of a topic arrive in smaller ones, each once and in order', async (t) => {
  const brokers = await brokerWithSmallBatches(t);
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send(records());
  await producer.close();
  await assertAllThereOnce(brokers);
});

test('so they do in a transaction, and the next one goes on behind them', async (t) => {
  const brokers = await brokerWithSmallBatches(t);
  const producer = new TransactionalProducer({ brokers, clientId: 'test', transactionalId: 'test', timeoutMs: 10_000 });
  await producer.begin();
  const placed = await producer.place(records());
  for (const part of [placed.slice(0, 30), placed.slice(30)]) {
    await producer.open('group', part);
    await producer.publish(part);
    await producer.commit();
  }
  await producer.close();
  await assertAllThereOnce(brokers);
});

test('a single record that is too large is refused by name', async (t) => {
  const brokers = await brokerWithSmallBatches(t);
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  const [small] = records();
  assert.ok(small);
  const large = { ...small, value: Buffer.alloc(123_456) };
  await assert.rejects(producer.send([small, large]), /large/i);
  await producer.close();
});
