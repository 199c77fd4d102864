// @platformatic/kafka against a broker: `node platformatic.ts HOST:PORT SCENARIO`.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  Admin,
  type CompressionAlgorithmValue,
  Consumer,
  type ConsumerOptions,
  type GenericError,
  type Message,
  type MessageToProduce,
  Producer,
  type ProducerOptions,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';

type Text = Message<string, string, string, string>;
type TextConsumer = Consumer<string, string, string, string>;
type TextProducer = Producer<string, string, string, string>;

const [bootstrap = '', scenario = '', instance = ''] = process.argv.slice(2);
const common = { clientId: 'platformatic', bootstrapBrokers: [bootstrap], retries: 5 };
const admin = new Admin(common);

function createTopic(topic: string, partitions = 1, configs: Record<string, string> = {}) {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  return admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: entries });
}

async function withProducer<T>(
  options: Partial<ProducerOptions<string, string, string, string>>,
  work: (producer: TextProducer) => Promise<T>,
): Promise<T> {
  const producer = new Producer({ ...common, serializers: stringSerializers, idempotent: true, ...options });
  try {
    return await work(producer);
  } finally {
    await producer.close();
  }
}

const send = (messages: MessageToProduce<string, string, string, string>[]) =>
  withProducer({}, (producer) => producer.send({ messages, acks: -1 }));

function sendNumbers(topic: string, from: number, to: number) {
  return send(Array.from({ length: to - from }, (_, i) => ({ topic, partition: i % 4, value: `${from + i}` })));
}

/** A member of a group that hands over each record; committed offsets follow as it closes. */
async function join(
  groupId: string,
  topic: string,
  take: (message: Text) => void,
  options: Partial<ConsumerOptions<string, string, string, string>> = {},
): Promise<TextConsumer> {
  const consumer: TextConsumer = new Consumer({
    ...common,
    groupId,
    deserializers: stringDeserializers,
    sessionTimeout: 10_000,
    heartbeatInterval: 200,
    maxWaitTime: 100,
    ...options,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: options.autocommit ?? 20,
    isolationLevel: options.isolationLevel ?? 0,
  });
  stream.on('data', take);
  return consumer;
}

const held = (consumer: TextConsumer): number => consumer.assignments?.[0]?.partitions.length ?? 0;

async function read(topic: string, count: number, options = {}): Promise<Text[]> {
  const seen: Text[] = [];
  const consumer = await join(`readers-of-${topic}`, topic, (message) => seen.push(message), options);
  await until(() => seen.length >= count, `${count} records of ${topic}`);
  await consumer.close(true);
  return seen;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function compressions(): Promise<void> {
  const kinds: CompressionAlgorithmValue[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
  for (const kind of kinds) {
    const topic = `platformatic-${kind}`;
    await createTopic(topic);
    const texts = Array.from({ length: 200 }, (_, i) => `${kind} ${i} ${'x'.repeat(100)}`);
    const messages = texts.map((value) => ({ topic, key: `key of ${value}`, value, headers: { kind } }));
    await withProducer({}, (producer) => producer.send({ messages, compression: kind, acks: -1 }));
    const seen = await read(topic, texts.length);
    assert.deepEqual(
      seen.map(({ key, value, headers }) => ({ topic, key, value, headers: Object.fromEntries(headers) })),
      messages,
    );
  }
}

async function group(): Promise<void> {
  const topic = 'platformatic-group';
  await createTopic(topic, 4);
  const seen = new Set<number>();
  const member = () => join('platformatic-members', topic, ({ value }) => seen.add(Number(value)));
  const one = await member();
  await sendNumbers(topic, 0, 200);
  await until(() => seen.size >= 200, 'the first member reads 200 records');
  const two = await member();
  await until(() => held(one) === 2 && held(two) === 2, 'two members hold two each');
  await sendNumbers(topic, 200, 400);
  await until(() => seen.size >= 400, 'two members read 200 more');
  await two.close(true);
  await until(() => held(one) === 4, 'the first member holds every partition again');
  await sendNumbers(topic, 400, 600);
  await until(() => seen.size >= 600, 'the first member reads the last 200');
  await one.close(true);
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    Array.from({ length: 600 }, (_, i) => i),
  );
}

/** A process of its own, for a member that is to end without a word. */
class StaticMember {
  readonly #process: ChildProcess;
  readonly #messages: string[] = [];

  constructor(name: string) {
    this.#process = fork(import.meta.filename, [bootstrap, 'staticMember', name]);
    this.#process.on('message', (message) => this.#messages.push(String(message)));
  }

  async told(holds: (message: string) => boolean, what: string): Promise<void> {
    await until(() => this.#messages.some(holds), `${what}; told ${this.#messages.join(' / ')}`);
  }

  get count(): number {
    return this.#messages.length;
  }

  get last(): string {
    return this.#messages.at(-1) ?? '';
  }

  async kill(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

async function staticMember(): Promise<void> {
  const consumer = await join('platformatic-static', 'platformatic-static', () => {}, { groupInstanceId: instance });
  const tell = () =>
    process.send?.(`generation ${consumer.generationId} holds ${consumer.assignments?.[0]?.partitions.join()}`);
  consumer.on('consumer:group:join', tell);
  process.on('disconnect', () => process.exit());
  tell();
  await new Promise(() => {});
}

async function isStatic(): Promise<void> {
  await createTopic('platformatic-static', 4);
  const one = new StaticMember('one');
  await one.told((said) => said.endsWith('holds 0,1,2,3'), 'the first member holds every partition');
  const two = new StaticMember('two');
  const two2 = (said: string) => /holds \d,\d$/.test(said);
  await Promise.all([one.told(two2, 'two each'), two.told(two2, 'two each')]);
  await until(() => one.last.slice(0, 12) === two.last.slice(0, 12), 'both are of one generation');
  await two.kill();
  const back = new StaticMember('two');
  await back.told(two2, 'the second member is back');
  assert.equal(back.last, two.last, 'the same partitions in the same generation');
  const twin = new StaticMember('two');
  await twin.told(two2, 'the twin is there');
  assert.equal(twin.last, two.last);
  // The client answers FENCED_INSTANCE_ID by joining anew, so that twins take the place from each other by turns.
  const times = back.count;
  await until(() => back.count > times, 'the fenced member joins anew');
  await Promise.all([one, back, twin].map((each) => each.kill()));
}

async function transactions(): Promise<void> {
  const [source, topic] = ['platformatic-source', 'platformatic-transactions'];
  await createTopic(source);
  await createTopic(topic, 2);
  await send(Array.from({ length: 6 }, (_, i) => ({ topic: source, value: `${i}` })));
  const consumed: Text[] = [];
  const consumer = await join('platformatic-reader', source, (message) => consumed.push(message), {
    autocommit: false,
  });
  await until(() => consumed.length >= 6, '6 records to copy');
  for (const message of consumed) {
    const isKept = Number(message.value) % 2 === 0;
    // The client shows aborted records where an answer names several transactions of one producer: each has its own.
    await withProducer({ transactionalId: `platformatic-writer-${message.value}` }, async (producer) => {
      const transaction = await producer.beginTransaction();
      await transaction.addConsumer(consumer);
      const value = `${isKept ? 'kept' : 'gone'} ${message.value}`;
      await transaction.send({ messages: [0, 1].map((partition) => ({ topic, partition, value })) });
      await transaction.addOffset(message);
      await (isKept ? transaction.commit() : transaction.abort());
    });
  }
  const [offsets] = await admin.listConsumerGroupOffsets({ groups: ['platformatic-reader'], requireStable: true });
  assert.equal(offsets?.topics[0]?.partitions[0]?.committedOffset, 5n, 'offsets of the last committed transaction');
  await consumer.close(true);
  const committed = await read(topic, 6, { isolationLevel: 1 });
  assert.deepEqual(
    committed.map(({ value }) => value).sort(),
    [0, 0, 2, 2, 4, 4].map((i) => `kept ${i}`),
  );
}

async function administer(): Promise<void> {
  const topic = 'platformatic-admin';
  await createTopic(topic, 2, { 'retention.ms': '123456' });
  assert.ok((await admin.listTopics()).includes(topic));
  const resource = { resourceType: 2, resourceName: topic } as const;
  const retention = async () => {
    const resources = [{ ...resource, configurationKeys: ['retention.ms'] }];
    return (await admin.describeConfigs({ resources }))[0]?.configs[0]?.value;
  };
  assert.equal(await retention(), '123456');
  const configs = [{ name: 'retention.ms', configOperation: 0 as const, value: '654321' }];
  await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] });
  assert.equal(await retention(), '654321');
  await admin.createPartitions({
    topics: [{ name: topic, count: 5, assignments: [1, 2, 3].map(() => ({ brokerIds: [1] })) }],
  });
  assert.equal((await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)?.partitionsCount, 5);
  await send(Array.from({ length: 10 }, () => ({ topic, partition: 0, value: 'x' })));
  await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] });
  const offsetAt = async (timestamp: bigint) => {
    const partitions = [{ partitionIndex: 0, timestamp }];
    return (await admin.listOffsets({ topics: [{ name: topic, partitions }] }))[0]?.partitions[0]?.offset;
  };
  assert.deepEqual([await offsetAt(-2n), await offsetAt(-1n)], [4n, 10n]);
  assert.equal((await read(topic, 6)).length, 6);
  await administerGroup(topic, `readers-of-${topic}`);
  const logDirs = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
  assert.ok((logDirs[0]?.results[0]?.topics[0]?.partitions[0]?.partitionSize ?? 0n) > 0n);
  await admin.deleteTopics({ topics: [topic] });
  assert.ok(!(await admin.listTopics()).includes(topic));
}

async function administerGroup(topic: string, groupId: string): Promise<void> {
  assert.ok((await admin.listGroups()).has(groupId));
  assert.equal((await admin.describeGroups({ groups: [groupId] })).get(groupId)?.state as string, 'Empty');
  const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 7n }] }];
  await admin.alterConsumerGroupOffsets({ groupId, topics });
  const [moved] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
  const partitions = moved?.topics.find(({ name }) => name === topic)?.partitions;
  assert.equal(partitions?.find(({ partitionIndex }) => partitionIndex === 0)?.committedOffset, 7n);
  await admin.deleteConsumerGroupOffsets({ groupId, topics: [{ name: topic, partitionIndexes: [0] }] });
  await admin.deleteGroups({ groups: [groupId] });
}

async function errors(): Promise<void> {
  const topic = 'platformatic-errors';
  await createTopic(topic, 1, { 'max.message.bytes': '1000' });
  await createTopic('platformatic-compacted', 1, { 'cleanup.policy': 'compact' });
  await rejects(createTopic(topic), 'TOPIC_ALREADY_EXISTS');
  await rejects(createTopic('no/such?name'), 'INVALID_TOPIC_EXCEPTION');
  await rejects(createTopic('platformatic-no', 1, { 'retention.ms': 'soon' }), 'INVALID_CONFIG');
  await rejects(admin.createTopics({ topics: ['platformatic-three'], replicas: 3 }), 'INVALID_REPLICATION_FACTOR');
  const fewer = [{ name: topic, count: 1, assignments: [] }];
  await rejects(admin.createPartitions({ topics: fewer }), 'INVALID_PARTITIONS');
  await rejects(admin.deleteTopics({ topics: ['missing'] }), 'UNKNOWN_TOPIC_OR_PARTITION');
  await rejects(admin.deleteGroups({ groups: ['missing'] }), 'GROUP_ID_NOT_FOUND');
  await rejects(send([{ topic, value: 'x'.repeat(5000) }]), 'MESSAGE_TOO_LARGE');
  await rejects(send([{ topic: 'platformatic-compacted', value: 'no key' }]), 'INVALID_RECORD');
}

async function rejects(call: Promise<unknown>, ...expected: readonly string[]): Promise<void> {
  const ids = await call.then(() => [], errorIds);
  assert.ok(
    ids.some((id) => expected.includes(id)),
    `${ids.join() || 'no error'} instead of ${expected.join(' or ')}`,
  );
}

/** Kafka's names of an error and of all that are in it. */
function errorIds(error: unknown): string[] {
  const { apiId, errors = [], cause } = error as GenericError & { errors?: unknown[] };
  return [
    ...(apiId === undefined ? [] : [String(apiId)]),
    ...errors.flatMap(errorIds),
    ...(cause ? errorIds(cause) : []),
  ];
}

const scenarios: Record<string, () => Promise<void>> = {
  ...{ compressions, group, static: isStatic, staticMember, transactions, admin: administer, errors },
};
await scenarios[scenario]?.();
await admin.close();
