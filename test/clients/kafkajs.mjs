// kafkajs against a broker: `node kafkajs.mjs HOST:PORT SCENARIO`, with CLIENT_MODULES naming the folder it is installed in.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const installed = createRequire(join(process.env.CLIENT_MODULES, 'package.json'));
const kafkajs = installed('kafkajs');
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;
const snappy = installed('snappyjs');
const lz4 = installed('lz4js');

const [bootstrap, scenario] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });

kafkajs.CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: async ({ buffer }) => Buffer.from(snappy.compress(buffer)),
  decompress: async (buffer) => Buffer.from(snappy.uncompress(buffer)),
});
kafkajs.CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async ({ buffer }) => Buffer.from(lz4.compress(buffer)),
  decompress: async (buffer) => Buffer.from(lz4.decompress(buffer)),
});
kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer) => zstdDecompressSync(buffer),
});

const numbered = (count, what) => Array.from({ length: count }, (_, i) => `${what} ${i} ${'x'.repeat(100)}`);

async function until(holds, what) {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function withAdmin(run) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await run(admin);
  } finally {
    await admin.disconnect();
  }
}

async function withProducer(options, run) {
  const producer = kafka.producer(options);
  await producer.connect();
  try {
    return await run(producer);
  } finally {
    await producer.disconnect();
  }
}

const createTopic = (topic, numPartitions = 1, configEntries = []) =>
  withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true }));

/** A running member of a group that hands each record to `take`, with the partitions it holds. */
async function member(groupId, topic, take, options = {}) {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, heartbeatInterval: 200, ...options });
  const held = { consumer, partitions: [] };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    held.partitions = payload.memberAssignment[topic] ?? [];
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message, partition }) => take(message, partition) });
  return held;
}

async function read(topic, count, options = {}) {
  const messages = [];
  const { consumer } = await member(`readers-${topic}`, topic, (message) => messages.push(message), options);
  await until(() => messages.length >= count, `${count} records of ${topic}; there are ${messages.length}`);
  await consumer.disconnect();
  return messages;
}

const scenarios = {
  async compressions() {
    const kinds = ['None', 'GZIP', 'Snappy', 'LZ4', 'ZSTD'];
    for (const kind of kinds) {
      const topic = `kafkajs-${kind}`;
      const texts = numbered(50, kind);
      await createTopic(topic);
      await withProducer({ idempotent: true, maxInFlightRequests: 1 }, (producer) =>
        producer.send({
          topic,
          compression: CompressionTypes[kind],
          messages: texts.map((value, i) => ({ key: `k${i}`, value, headers: { kind, number: `${i}` } })),
        }),
      );
      const messages = await read(topic, texts.length);
      assert.deepEqual(
        messages.map(({ value }) => value.toString()),
        texts,
      );
      assert.equal(messages[7].headers.number.toString(), '7');
      assert.equal(messages[7].key.toString(), 'k7');
    }
  },

  async group() {
    const topic = 'kafkajs-group';
    await createTopic(topic, 4);
    const seen = [];
    const send = (from, to) =>
      withProducer({}, (producer) =>
        producer.send({
          topic,
          messages: Array.from({ length: to - from }, (_, i) => ({ partition: i % 4, value: `${from + i}` })),
        }),
      );
    const join = () => member('kafkajs-members', topic, ({ value }) => seen.push(Number(value)));
    const one = await join();
    await until(() => one.partitions.length === 4, 'the first member holds every partition');
    await send(0, 200);
    await until(() => seen.length >= 200, 'the first member reads 200 records');
    const two = await join();
    await until(() => one.partitions.length === 2 && two.partitions.length === 2, 'two members hold two each');
    await send(200, 400);
    await until(() => seen.length >= 400, 'two members read 200 more');
    await two.consumer.disconnect();
    await until(() => one.partitions.length === 4, 'the first member holds every partition again');
    await send(400, 600);
    await until(() => seen.length >= 600, 'the first member reads the last 200');
    await one.consumer.disconnect();
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      Array.from({ length: 600 }, (_, i) => i),
    );
  },

  async transactions() {
    const [source, topic] = ['kafkajs-source', 'kafkajs-transactions'];
    await createTopic(source);
    await createTopic(topic, 2);
    const options = { transactionalId: 'kafkajs-writer', idempotent: true, maxInFlightRequests: 1 };
    await withProducer(options, async (producer) => {
      for (let round = 0; round < 6; round++) {
        const transaction = await producer.transaction();
        const kept = round % 2 === 0;
        const messages = [0, 1].map((partition) => ({ partition, value: `${kept ? 'kept' : 'gone'} ${round}` }));
        await transaction.send({ topic, messages });
        const partitions = [{ partition: 0, offset: `${round + 1}` }];
        await transaction.sendOffsets({ consumerGroupId: 'kafkajs-source', topics: [{ topic: source, partitions }] });
        await (kept ? transaction.commit() : transaction.abort());
      }
      await producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value: 'kept last' })) });
    });
    const committed = (await read(topic, 8, { readUncommitted: false })).map(({ value }) => value.toString());
    assert.deepEqual(
      committed.sort(),
      ['0', '0', '2', '2', '4', '4', 'last', 'last'].map((each) => `kept ${each}`),
    );
    const [offsets] = await withAdmin((admin) => admin.fetchOffsets({ groupId: 'kafkajs-source', topics: [source] }));
    assert.equal(offsets.partitions[0].offset, '5', 'offsets of the last committed transaction');
  },

  async admin() {
    const topic = 'kafkajs-admin';
    await withAdmin(async (admin) => {
      await admin.createTopics({
        topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '123456' }] }],
      });
      assert.ok((await admin.listTopics()).includes(topic));
      const config = async () => {
        const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }];
        const described = await admin.describeConfigs({ resources, includeSynonyms: true });
        return described.resources[0].configEntries[0].configValue;
      };
      assert.equal(await config(), '123456');
      const configEntries = [{ name: 'retention.ms', value: '654321' }];
      await admin.alterConfigs({ resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }] });
      assert.equal(await config(), '654321');
      await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      assert.equal(topics[0].partitions.length, 5);
      assert.equal((await admin.fetchTopicOffsets(topic)).length, 5);
      assert.equal((await admin.describeCluster()).brokers.length, 1);
      await withProducer({}, (producer) => producer.send({ topic, messages: [{ value: 'x' }] }));
      await read(topic, 1);
      const group = `readers-${topic}`;
      assert.equal((await admin.describeGroups([group])).groups[0].state, 'Empty');
      assert.ok((await admin.listGroups()).groups.some(({ groupId }) => groupId === group));
      await admin.deleteGroups([group]);
      await admin.deleteTopics({ topics: [topic] });
      assert.ok(!(await admin.listTopics()).includes(topic));
    });
  },

  async errors() {
    await createTopic('kafkajs-errors', 1, [{ name: 'max.message.bytes', value: '1000' }]);
    const type = (expected) => (error) =>
      (error.cause ?? error).type === expected || (error.errors?.[0]?.type ?? '') === expected;
    await withProducer({ retry: { retries: 0 } }, (producer) =>
      assert.rejects(
        producer.send({ topic: 'kafkajs-errors', messages: [{ value: 'x'.repeat(5000) }] }),
        type('MESSAGE_TOO_LARGE'),
      ),
    );
    await withAdmin(async (admin) => {
      assert.equal(await admin.createTopics({ topics: [{ topic: 'kafkajs-errors' }] }), false, 'it exists already');
      await assert.rejects(
        admin.createTopics({ topics: [{ topic: 'no/such?name' }] }),
        type('INVALID_TOPIC_EXCEPTION'),
      );
      await assert.rejects(admin.deleteTopics({ topics: ['missing'] }), type('UNKNOWN_TOPIC_OR_PARTITION'));
      await assert.rejects(admin.deleteGroups(['missing']), (error) => {
        assert.equal(error.groups[0].error.type, 'GROUP_ID_NOT_FOUND');
        return true;
      });
    });
  },
};

await scenarios[scenario]();
