import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { zeroUuid } from '../../src/wire/codec/primitives.ts';
import { Reader } from '../../src/wire/codec/reader.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { fetchRequest, fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../../src/wire/messages/02-list-offsets.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../../src/wire/messages/18-api-versions.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/wire/messages/20-delete-topics.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import { batchRecords, encodeBatch } from '../../src/wire/records.ts';
import { errorName, Fixture, type Target, uniqueName, values } from './fixture.ts';
import { RawClient } from './raw-client.ts';

const listOffsets = { request: listOffsetsRequest, response: listOffsetsResponse };
const initProducerId = { request: initProducerIdRequest, response: initProducerIdResponse };

/** What any Kafka broker does with records: order, offsets, limits, sequences, times. */
export function recordsContract(target: () => Target): void {
  const withTopic = async (
    run: (fixture: Fixture) => Promise<void>,
    options?: Parameters<typeof Fixture.open>[1],
  ): Promise<void> => {
    const fixture = await Fixture.open(target(), options);
    try {
      await run(fixture);
    } finally {
      fixture.close();
    }
  };

  test('bytes after a request are left alone: the Metadata 13 of librdkafka 2.16 for all topics is answered', () =>
    withTopic(async ({ client, topic }) => {
      // The count of the null list of topics takes four bytes instead of one.
      const captured = Buffer.from('000000190003000d00000005000772646b61666b610000000000010000', 'hex');
      const reader = new Reader(await client.exchange(captured));
      assert.equal(reader.int32(), 5);
      assert.equal(reader.unsignedVarint(), 0);
      const { topics } = metadataResponse.decode(reader, 13);
      assert.ok(topics.some(({ name }) => name === topic));
    }));

  test('records come back in order, with the offsets that the producer was told', () =>
    withTopic(async (fixture) => {
      assert.equal((await fixture.produce(values('a', 'b'))).baseOffset, 0n);
      assert.equal((await fixture.produce(values('c'))).baseOffset, 2n);
      const found = await fixture.fetch(0n);
      assert.deepEqual(found.values, ['a', 'b', 'c']);
      assert.deepEqual(
        found.batches.map((batch) => batch.baseOffset),
        [0n, 2n],
      );
      assert.equal(found.highWatermark, 3n);
    }));

  test('keys, headers and null values come back as they were sent', () =>
    withTopic(async (fixture) => {
      const headers = [
        { key: 'a', value: Buffer.from('1') },
        { key: 'a', value: null },
      ];
      await fixture.produce({ records: [{ key: Buffer.from('k'), value: null, headers }] });
      const [batch] = (await fixture.fetch(0n)).batches;
      assert.ok(batch);
      const [record] = [...batchRecords(batch)];
      assert.equal(record?.key?.toString(), 'k');
      assert.equal(record?.value, null);
      assert.deepEqual(
        record?.headers.map((header) => [header.key, header.value?.toString() ?? null]),
        [
          ['a', '1'],
          ['a', null],
        ],
      );
    }));

  test('an offset inside a batch returns the whole batch', () =>
    withTopic(async (fixture) => {
      await fixture.produce(values('a', 'b', 'c'));
      const found = await fixture.fetch(2n);
      assert.equal(found.batches[0]?.baseOffset, 0n);
      assert.deepEqual(found.values, ['a', 'b', 'c']);
    }));

  test('the first batch is sent even when it is larger than the limit', () =>
    withTopic(async (fixture) => {
      await fixture.produce({ records: [{ value: randomBytes(10_000) }] });
      const found = await fixture.fetch(0n, { maxBytes: 100 });
      assert.equal(found.batches.length, 1);
    }));

  test('an offset outside the log is out of range, and the end of the log is not', () =>
    withTopic(async (fixture) => {
      await fixture.produce(values('a'));
      assert.equal((await fixture.fetch(2n)).error, 'OFFSET_OUT_OF_RANGE');
      const atEnd = await fixture.fetch(1n);
      assert.equal(atEnd.error, 'NONE');
      assert.deepEqual(atEnd.values, []);
    }));

  test('a fetch at the end waits for the next record and gets it without waiting out its time', () =>
    withTopic(async (fixture) => {
      const other = await Fixture.open(target());
      const begun = performance.now();
      const waiting = fixture.fetch(0n, { maxWaitMs: 10_000 });
      await other.produce(values('late'), { topic: fixture.topic });
      assert.deepEqual((await waiting).values, ['late']);
      assert.ok(performance.now() - begun < 5000);
      other.close();
    }));

  test('a fetch that finds nothing is answered when its time is over', () =>
    withTopic(async (fixture) => {
      const begun = performance.now();
      const found = await fixture.fetch(0n, { maxWaitMs: 300 });
      const waitedMs = performance.now() - begun;
      assert.deepEqual(found.values, []);
      assert.ok(waitedMs >= 250 && waitedMs < 3000, `${waitedMs} ms`);
    }));

  test('a fetch waits until the wanted number of bytes is there', () =>
    withTopic(async (fixture) => {
      const other = await Fixture.open(target());
      const waiting = fixture.fetch(0n, { maxWaitMs: 10_000, minBytes: 2000 });
      const record = { value: randomBytes(900) };
      await other.produce({ records: [record] }, { topic: fixture.topic });
      await other.produce({ records: [record] }, { topic: fixture.topic });
      await other.produce({ records: [record] }, { topic: fixture.topic });
      assert.ok((await waiting).batches.length >= 2);
      other.close();
    }));

  test('a fetch with an error in one partition is answered at once', () =>
    withTopic(async (fixture) => {
      const begun = performance.now();
      const found = await fixture.fetch(5n, { maxWaitMs: 10_000 });
      assert.equal(found.error, 'OFFSET_OUT_OF_RANGE');
      assert.ok(performance.now() - begun < 5000);
    }));

  test('unknown topics and partitions are told apart from unknown topic ids', () =>
    withTopic(async (fixture) => {
      assert.equal((await fixture.fetch(0n, { partition: 7 })).error, 'UNKNOWN_TOPIC_OR_PARTITION');
      assert.equal((await fixture.fetch(0n, { topic: 'no-such-topic' })).error, 'UNKNOWN_TOPIC_OR_PARTITION');
      const byId = await fixture.client.send({ request: fetchRequest, response: fetchResponse }, 13, {
        maxWaitMs: 0,
        minBytes: 1,
        topics: [
          {
            topicId: 'AQEBAQEBAQEBAQEBAQEBAQ',
            partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }],
          },
        ],
      });
      assert.equal(errorName(byId.responses[0]?.partitions[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_ID');
      assert.equal((await fixture.produce(values('x'), { partition: 7 })).error, 'UNKNOWN_TOPIC_OR_PARTITION');
    }));

  test('a topic made again under the same name has another id, and the old id is not known', () =>
    withTopic(async (fixture) => {
      const idOf = async () => {
        const answer = await fixture.client.send({ request: metadataRequest, response: metadataResponse }, 12, {
          topics: [{ name: fixture.topic }],
          allowAutoTopicCreation: false,
        });
        return answer.topics[0]?.topicId ?? '';
      };
      const before = await idOf();
      assert.notEqual(before, zeroUuid);
      await fixture.produce(values('old'));
      const deleted = await fixture.client.send({ request: deleteTopicsRequest, response: deleteTopicsResponse }, 6, {
        topics: [{ name: fixture.topic, topicId: zeroUuid }],
        timeoutMs: 5000,
      });
      assert.equal(deleted.responses[0]?.errorCode, 0);
      await recreated(fixture);
      assert.notEqual(await idOf(), before);
      assert.deepEqual((await fixture.fetch(0n)).values, []);
      const byOldId = await fixture.client.send({ request: fetchRequest, response: fetchResponse }, 13, {
        maxWaitMs: 0,
        minBytes: 1,
        topics: [{ topicId: before, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }],
      });
      assert.equal(errorName(byOldId.responses[0]?.partitions[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_ID');
    }));

  test('a batch over max.message.bytes is refused', () =>
    withTopic(
      async (fixture) => {
        const answer = await fixture.produce({ records: [{ value: randomBytes(2000) }] });
        assert.equal(answer.error, 'MESSAGE_TOO_LARGE');
        assert.equal((await fixture.produce({ records: [{ value: randomBytes(500) }] })).error, 'NONE');
      },
      { configs: { 'max.message.bytes': '1000' } },
    ));

  test('a record without a key is refused by a compacted topic, and named', () =>
    withTopic(
      async (fixture) => {
        const records = [{ key: Buffer.from('k'), value: Buffer.from('v') }, { value: Buffer.from('no key') }];
        const answer = await fixture.produce({ records });
        assert.equal(answer.error, 'INVALID_RECORD');
        assert.deepEqual(
          answer.recordErrors.map((each) => each.batchIndex),
          [1],
        );
      },
      { configs: { 'cleanup.policy': 'compact' } },
    ));

  test('a batch whose checksum is wrong is refused and leaves nothing behind', () =>
    withTopic(async (fixture) => {
      const batch = encodeBatch(values('x'));
      batch[batch.length - 1] = (batch.at(-1) ?? 0) ^ 1;
      assert.equal((await fixture.produce(batch)).error, 'CORRUPT_MESSAGE');
      assert.equal((await fixture.fetch(0n)).highWatermark, 0n);
    }));

  test('an unknown acks value is refused', () =>
    withTopic(async (fixture) => {
      assert.equal((await fixture.produce(values('x'), { acks: 2 })).error, 'INVALID_REQUIRED_ACKS');
    }));

  test('the broker stamps records with the time of the append when the topic says so', () =>
    withTopic(
      async (fixture) => {
        const answer = await fixture.produce({ records: [{ value: Buffer.from('x') }], timestamp: 1000n });
        assert.ok(answer.logAppendTimeMs > 1_600_000_000_000n);
        const [batch] = (await fixture.fetch(0n)).batches;
        assert.equal(batch?.maxTimestamp, answer.logAppendTimeMs);
        assert.equal(batch?.timestampType, 'LogAppendTime');
      },
      { configs: { 'message.timestamp.type': 'LogAppendTime' } },
    ));

  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`records compressed with ${compression} come back`, () =>
      withTopic(async (fixture) => {
        const text = 'the same words over and over '.repeat(50);
        assert.equal((await fixture.produce({ ...values(text, text), compression })).error, 'NONE');
        const found = await fixture.fetch(0n);
        assert.equal(found.batches[0]?.compression, compression);
        assert.deepEqual(found.values, [text, text]);
      }));
  }

  test('a topic with a compression of its own keeps records in it, however they came, and says so to a repeating producer', () =>
    withTopic(
      async (fixture) => {
        const text = 'the same words over and over '.repeat(50);
        for (const compression of ['none', 'lz4', 'zstd'] as const) {
          assert.equal((await fixture.produce({ ...values(text, compression), compression })).error, 'NONE');
        }
        const found = await fixture.fetch(0n);
        assert.deepEqual(
          found.batches.map((batch) => batch.compression),
          ['zstd', 'zstd', 'zstd'],
        );
        assert.ok(found.batches.every((batch) => batch.isCrcValid()));
        assert.deepEqual(found.values, [text, 'none', text, 'lz4', text, 'zstd']);
        const { producerId, producerEpoch } = await newProducer(fixture);
        const batch = encodeBatch({ ...values(text), producerId, producerEpoch, baseSequence: 0, timestamp: 1n });
        const first = await fixture.produce(Buffer.from(batch));
        const again = await fixture.produce(Buffer.from(batch));
        assert.deepEqual([again.error, again.baseOffset], ['NONE', first.baseOffset]);
      },
      { configs: { 'compression.type': 'zstd' } },
    ));

  test('a topic whose records are kept uncompressed takes none that are too large without their compression', () =>
    withTopic(
      async (fixture) => {
        const text = 'the same words over and over '.repeat(200);
        const { error } = await fixture.produce({ ...values(text), compression: 'gzip' });
        assert.equal(error, 'MESSAGE_TOO_LARGE');
        assert.equal((await fixture.produce({ ...values('short'), compression: 'gzip' })).error, 'NONE');
        assert.equal((await fixture.fetch(0n)).batches[0]?.compression, 'none');
      },
      { configs: { 'compression.type': 'uncompressed', 'max.message.bytes': '2000' } },
    ));

  test('a record of nearly a megabyte makes the round trip', () =>
    withTopic(async (fixture) => {
      const value = randomBytes(1_000_000);
      await fixture.produce({ records: [{ value }] });
      const [batch] = (await fixture.fetch(0n, { maxBytes: 2_000_000 })).batches;
      assert.ok(batch);
      assert.ok([...batchRecords(batch)][0]?.value?.equals(value));
    }));

  test('a batch that is sent twice is stored once, and both get the same offset', () =>
    withTopic(async (fixture) => {
      const { producerId, producerEpoch } = await newProducer(fixture);
      const batch = (baseSequence: number) =>
        encodeBatch({
          ...values(`s${baseSequence}`),
          producerId,
          producerEpoch,
          baseSequence,
          timestamp: BigInt(Date.now()),
        });
      for (let sequence = 0; sequence < 5; sequence++) await fixture.produce(batch(sequence));
      assert.equal((await fixture.produce(batch(2))).baseOffset, 2n);
      assert.equal((await fixture.fetch(0n)).highWatermark, 5n);
      assert.equal((await fixture.produce(batch(9))).error, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    }));

  test('offsets are found by time, by the ends and by the largest timestamp', () =>
    withTopic(async (fixture) => {
      for (const timestamp of [1000n, 3000n, 2000n]) {
        const at = BigInt(Date.now()) - 100_000n + timestamp;
        await fixture.produce({ ...values(`t${timestamp}`), timestamp: at });
      }
      const base = (await fixture.fetch(0n)).batches[0]?.maxTimestamp ?? 0n;
      const lookUp = async (timestamp: bigint, version = 8) => {
        const answer = await fixture.client.send(listOffsets, version, {
          replicaId: -1,
          topics: [{ name: fixture.topic, partitions: [{ partitionIndex: 0, timestamp }] }],
        });
        const found = answer.topics[0]?.partitions[0];
        return found?.errorCode === 0 ? found.offset : errorName(found?.errorCode ?? -1);
      };
      assert.equal(await lookUp(-1n), 3n);
      assert.equal(await lookUp(-2n), 0n);
      assert.equal(await lookUp(-3n), 1n);
      assert.equal(await lookUp(base), 0n);
      assert.equal(await lookUp(base + 1n), 1n);
      assert.equal(await lookUp(base + 1_000_000n), -1n);
      assert.equal(await lookUp(-3n, 6), 'UNSUPPORTED_VERSION');
    }));

  test('a partition that is named twice in ListOffsets is an invalid request', () =>
    withTopic(async (fixture) => {
      const partitions = [0, 0].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
      const answer = await fixture.client.send(listOffsets, 7, {
        replicaId: -1,
        topics: [{ name: fixture.topic, partitions }],
      });
      const errors = answer.topics.flatMap((topic) => topic.partitions.map((each) => errorName(each.errorCode)));
      assert.ok(errors.length > 0 && errors.every((error) => error === 'INVALID_REQUEST'), errors.join());
    }));

  test('an unknown version of ApiVersions is answered in version 0 with error 35 and the whole table', async () => {
    const client = await RawClient.connect(target().bootstrap);
    const writer = new Writer();
    const length = writer.reserveInt32();
    for (const value of [18, 99]) writer.int16(value);
    writer.int32(7);
    writer.int16(-1);
    writer.unsignedVarint(0);
    length.set(writer.length - 4);
    const frame = await client.exchange(Buffer.concat(writer.finish()));
    const answer = apiVersionsResponse.decodeBuffer(frame.subarray(4), 0);
    assert.equal(frame.readInt32BE(0), 7);
    assert.equal(errorName(answer.errorCode), 'UNSUPPORTED_VERSION');
    assert.ok(answer.apiKeys.some(({ apiKey }) => apiKey === 18));
    client.close();
  });

  test('no advertised minimum keeps old clients out', async () => {
    const client = await RawClient.connect(target().bootstrap);
    const answer = await client.send({ request: apiVersionsRequest, response: apiVersionsResponse }, 3, {
      clientSoftwareName: 'vigil-tests',
      clientSoftwareVersion: '1.0',
    });
    const minimum = (key: number) => answer.apiKeys.find(({ apiKey }) => apiKey === key)?.minVersion ?? Infinity;
    const ofKafkajs = { 0: 7, 1: 11, 2: 3, 3: 6, 8: 5, 9: 4, 10: 2, 11: 5, 12: 3, 13: 3, 14: 3, 19: 3, 20: 1, 22: 1 };
    for (const [key, highest] of Object.entries(ofKafkajs)) assert.ok(minimum(Number(key)) <= highest, `API ${key}`);
    assert.equal(minimum(0), 0);
    client.close();
  });

  test('asking for the metadata of a topic that does not exist creates it when that is allowed', async () => {
    const client = await RawClient.connect(target().bootstrap);
    const name = uniqueName('auto');
    const ask = (allowAutoTopicCreation: boolean) =>
      client.send({ request: metadataRequest, response: metadataResponse }, 12, {
        topics: [{ name }],
        allowAutoTopicCreation,
      });
    assert.equal(errorName((await ask(false)).topics[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_OR_PARTITION');
    for (let attempt = 0; (await ask(true)).topics[0]?.errorCode !== 0; attempt++) {
      assert.ok(attempt < 100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    client.close();
  });
}

/** A fresh cluster may not have any ids to give at first. */
async function newProducer(fixture: Fixture) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const body = { transactionalId: null, transactionTimeoutMs: 60_000 };
    const answer = await fixture.client.send(initProducerId, 4, body);
    if (answer.errorCode === 0) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no producer id');
}

/** A cluster may still be deleting the topic of that name. */
async function recreated(fixture: Fixture): Promise<void> {
  for (let attempt = 0; (await fixture.createTopic(fixture.topic)) !== 'NONE'; attempt++) {
    assert.ok(attempt < 100, 'the topic could not be made again');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
