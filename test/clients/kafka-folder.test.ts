import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { errorAnswer } from '../../src/wire/error-codes.ts';
import { produceRequest, produceResponse } from '../../src/wire/messages/00-produce.ts';
import { recordBatches } from '../../src/wire/record-batch.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { startBroker } from '../broker/start-broker.ts';
import { RawClient } from '../contract/raw-client.ts';
import { ApacheKafka, kafkaLibraries } from '../support/apache-kafka.ts';
import { createTopic } from './administer.ts';
import { type PartitionContent, readPartition } from './read-partition.ts';
import { writeVariedRecords } from './varied-records.ts';

const skip = kafkaLibraries() ? false : 'needs Apache Kafka: .ci/run installs it';
const topic = 'varied';
const folderName = `${topic}-0`;
const configs = { 'segment.bytes': '1048576', 'index.interval.bytes': '4096' };
const cleanShutdownMark = '.kafka_cleanshutdown';

/** Puts the files of a partition into another's folder, which keeps the id of its own topic. */
async function replacePartition(from: string, to: string): Promise<void> {
  const metadata = await readFile(join(to, 'partition.metadata'));
  await rm(to, { recursive: true });
  await cp(from, to, { recursive: true });
  await writeFile(join(to, 'partition.metadata'), metadata);
}

/** The same records, byte for byte, and the same to be seen of them. */
function assertSame(served: PartitionContent, original: PartitionContent): void {
  assert.ok(served.bytes.equals(original.bytes), `${served.bytes.length} bytes, not the ${original.bytes.length}`);
  assert.deepEqual(served.aborted, original.aborted);
  assert.deepEqual(served.committedValues, original.committedValues);
  const offsets = ({ logStartOffset, highWatermark, lastStableOffset }: PartitionContent) =>
    [logStartOffset, highWatermark, lastStableOffset].join();
  assert.equal(offsets(served), offsets(original));
}

/** Its last batch is known when it is sent again, its next one is taken, and one out of turn is refused. */
async function assertProducerGoesOn(bootstrap: string, { bytes, highWatermark }: PartitionContent): Promise<void> {
  const last = [...recordBatches(bytes)].findLast(
    ({ producerId, isTransactional }) => producerId >= 0n && !isTransactional,
  );
  assert.ok(last);
  const { producerId, producerEpoch, lastSequence, baseOffset } = last;
  const next = (baseSequence: number) =>
    encodeBatch({
      records: [{ value: Buffer.from('next') }],
      timestamp: BigInt(Date.now()),
      producerId,
      producerEpoch,
      baseSequence,
    });
  const again = Buffer.from(last.bytes);
  again.writeBigInt64BE(0n);
  assert.deepEqual(await produce(bootstrap, again), { error: 'NONE', baseOffset });
  assert.equal((await produce(bootstrap, next(lastSequence + 2))).error, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.deepEqual(await produce(bootstrap, next(lastSequence + 1)), { error: 'NONE', baseOffset: highWatermark });
}

async function produce(bootstrap: string, records: Buffer): Promise<{ error: string; baseOffset: bigint }> {
  const client = await RawClient.connect(bootstrap);
  try {
    const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
    const body = { transactionalId: null, acks: -1, timeoutMs: 5000, topicData };
    const { responses } = await client.send({ request: produceRequest, response: produceResponse }, 9, body);
    const { errorCode = -1, baseOffset = -1n } = responses[0]?.partitionResponses[0] ?? {};
    return { error: errorAnswer(errorCode).name, baseOffset };
  } finally {
    client.close();
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-folder-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("a partition's folder", () => {
  test('that the broker wrote is served by Apache Kafka, after an orderly end and after a crash', { skip }, () =>
    withFolder(async (folder) => {
      const dataDir = join(folder, 'vigil');
      await using broker = await startBroker({ dataDir });
      await createTopic(broker.bootstrap, topic, { configs });
      const committed = await writeVariedRecords(broker.bootstrap, topic);
      const original = await readPartition(broker.bootstrap, topic);
      assert.deepEqual(original.committedValues, committed);
      await broker.close();

      await using kafka = await ApacheKafka.start({ folder: join(folder, 'kafka') });
      await createTopic(kafka.bootstrap, topic, { configs });
      for (const isOrderly of [true, false]) {
        await kafka.stopBroker(1);
        const data = join(folder, 'kafka', 'data-1');
        await replacePartition(join(dataDir, folderName), join(data, folderName));
        if (!isOrderly) await rm(join(data, cleanShutdownMark));
        await kafka.startBroker(1);
        await untilServed(kafka.bootstrap);
        assertSame(await readPartition(kafka.bootstrap, topic), original);
        await assertProducerGoesOn(kafka.bootstrap, original);
      }
    }),
  );

  test('that Apache Kafka wrote is served by the broker, after an orderly end and after a crash', { skip }, () =>
    withFolder(async (folder) => {
      await using kafka = await ApacheKafka.start({ folder: join(folder, 'kafka') });
      await createTopic(kafka.bootstrap, topic, { configs });
      await untilServed(kafka.bootstrap);
      const committed = await writeVariedRecords(kafka.bootstrap, topic);
      const original = await readPartition(kafka.bootstrap, topic);
      assert.deepEqual(original.committedValues, committed);
      await kafka.stopBroker(1);

      const dataDir = join(folder, 'vigil');
      await using empty = await startBroker({ dataDir });
      await createTopic(empty.bootstrap, topic, { configs });
      await empty.close();
      for (const isOrderly of [true, false]) {
        await replacePartition(join(folder, 'kafka', 'data-1', folderName), join(dataDir, folderName));
        if (!isOrderly) await rm(join(dataDir, cleanShutdownMark));
        await using broker = await startBroker({ dataDir });
        assertSame(await readPartition(broker.bootstrap, topic), original);
        await assertProducerGoesOn(broker.bootstrap, original);
        await broker.close();
      }
    }),
  );
});

/** A broker of a cluster takes connections before it leads its partitions. */
async function untilServed(bootstrap: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await readPartition(bootstrap, topic);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
