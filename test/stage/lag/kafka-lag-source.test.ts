import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { untilItWorks } from '../../../src/stage/kafka/retry.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { hasKafkaError } from '../../../src/stage/kafka-errors.ts';
import { openKafkaLagSource } from '../../../src/stage/lag/kafka-lag-source.ts';
import { openRecordConsumer } from '../../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import { startBroker } from '../../broker/start-broker.ts';
import { ApacheKafka, kafkaLibraries } from '../../support/apache-kafka.ts';

const clientId = 'test';
const topic = 'frames';
const group = 'readers';

/** Writes thirty records of ten kilobytes, commits ten of each of two partitions, and looks. */
async function checkReadings(brokers: readonly string[]): Promise<void> {
  const configs = { 'retention.ms': '3600000', 'retention.bytes': '123456789' };
  await ensureTopics({ brokers, clientId, topics: [{ name: topic, partitions: 3, configs }] });
  const source = openKafkaLagSource({ brokers, clientId, topic });
  // A cluster that has just started makes its topic of offsets only when it is first asked for a group.
  const empty = await untilItWorks(() => source.read([group]), {
    signal: AbortSignal.timeout(60_000),
    isFinal: (error) => !hasKafkaError(error, 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'),
  });
  assert.deepEqual(
    empty.partitions.map(({ startOffset, endOffset }) => [startOffset, endOffset]),
    [0, 1, 2].map(() => [0, 0]),
  );
  assert.deepEqual(empty.limits, { retentionMs: 3_600_000, retentionBytes: 123_456_789 });
  assert.equal(empty.groups.get(group)?.committed.size, 0);
  const producer = await openRecordProducer({ brokers, clientId });
  const records = Array.from({ length: 90 }, (_, n) => ({
    topic,
    partition: n % 3,
    value: Buffer.alloc(10_000, n),
    headers: new Map(),
  }));
  await producer.send(records);
  await producer.close();
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], groupId: group, from: 'committed' });
  await consumer.commit([0, 1].map((partition) => ({ topic, partition, offset: 9n })));
  // Sizes are looked at now and then.
  let reading = await source.read([group]);
  for (let look = 0; look < 4; look++) reading = await source.read([group]);
  await consumer.close();
  assert.deepEqual(
    reading.partitions.map(({ endOffset }) => endOffset),
    [30, 30, 30],
  );
  for (const { sizeBytes } of reading.partitions) assert.ok(sizeBytes > 300_000 && sizeBytes < 320_000, `${sizeBytes}`);
  assert.deepEqual([...(reading.groups.get(group)?.committed ?? [])].sort(), [
    [0, 10],
    [1, 10],
  ]);
  assert.equal(reading.groups.get(group)?.members, 1);
  assert.deepEqual([...(await source.offsetsAt(Date.now() - 60_000))].sort(), [
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
  await source.close();
}

test('reads offsets, sizes, limits, positions and members from the embedded broker', async () => {
  const broker = await startBroker();
  await checkReadings([broker.bootstrap]);
  await broker.close();
});

test('reads the same from Apache Kafka', { skip: kafkaLibraries() ? false : 'needs Apache Kafka' }, async () => {
  await using cluster = await ApacheKafka.start({ folder: mkdtempSync(join(tmpdir(), 'vigil-lag-')) });
  await checkReadings([cluster.bootstrap]);
});
