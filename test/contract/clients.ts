import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Admin,
  Consumer,
  type ConsumerOptions,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { type Target, uniqueName } from './fixture.ts';

type TextConsumer = Consumer<string, string, string, string>;
type TextConsumerOptions = Partial<ConsumerOptions<string, string, string, string>>;

/** What applications do, through the client that Vigil itself uses. */
export function clientsContract(target: () => Target): void {
  const withTopic = async (partitions: number, run: (tools: Tools) => Promise<void>): Promise<void> => {
    const tools = new Tools(target().bootstrap);
    try {
      await tools.createTopic(partitions);
      await run(tools);
    } finally {
      await tools.close();
    }
  };

  test('records of one key keep their order through producer and consumer group', () =>
    withTopic(3, async (tools) => {
      const producer = tools.producer();
      const messages = Array.from({ length: 300 }, (_, i) => ({ topic: tools.topic, key: `k${i % 7}`, value: `${i}` }));
      await producer.send({ messages, acks: -1 });
      const seen = await tools.read(300);
      for (let key = 0; key < 7; key++) {
        const numbers = seen.filter((each) => each.key === `k${key}`).map((each) => Number(each.value));
        assert.deepEqual(
          numbers,
          [...numbers].sort((a, b) => a - b),
        );
      }
      assert.equal(new Set(seen.map((each) => each.value)).size, 300);
    }));

  test('a group that starts again goes on from its committed offsets', () =>
    withTopic(1, async (tools) => {
      const producer = tools.producer();
      const send = (...texts: string[]) =>
        producer.send({ messages: texts.map((value) => ({ topic: tools.topic, value })), acks: -1 });
      await send('a', 'b', 'c');
      const groupId = uniqueName('group');
      assert.deepEqual(
        (await tools.read(3, { groupId, commit: true })).map((each) => each.value),
        ['a', 'b', 'c'],
      );
      await send('d');
      assert.deepEqual(
        (await tools.read(1, { groupId, commit: true })).map((each) => each.value),
        ['d'],
      );
    }));

  test('partitions are shared out again when members come and go', () =>
    withTopic(4, async (tools) => {
      const groupId = uniqueName('group');
      const one = tools.consumer({ groupId });
      const first = await one.consume({ topics: [tools.topic], mode: 'earliest' });
      assert.equal(partitionsOf(one, tools.topic).length, 4);
      const two = tools.consumer({ groupId });
      const second = await two.consume({ topics: [tools.topic], mode: 'earliest' });
      await until(() => partitionsOf(one, tools.topic).length === 2 && partitionsOf(two, tools.topic).length === 2);
      const all = [...partitionsOf(one, tools.topic), ...partitionsOf(two, tools.topic)].sort();
      assert.deepEqual(all, [0, 1, 2, 3]);
      await second.close();
      await two.close(true);
      await until(() => partitionsOf(one, tools.topic).length === 4);
      await first.close();
    }));

  test('a transaction writes records and consumed offsets together', () =>
    withTopic(1, async (tools) => {
      const producer = tools.producer({ transactionalId: uniqueName('transaction') });
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic: tools.topic, value: 'kept' }] });
      await transaction.commit();
      const other = await producer.beginTransaction();
      await other.send({ messages: [{ topic: tools.topic, value: 'dropped' }] });
      await other.abort();
      const third = await producer.beginTransaction();
      await third.send({ messages: [{ topic: tools.topic, value: 'kept too' }] });
      await third.commit();
      assert.deepEqual(
        (await tools.read(2, { isolationLevel: 1 })).map((each) => each.value),
        ['kept', 'kept too'],
      );
    }));

  test('configs of a topic are listed and changed', () =>
    withTopic(1, async (tools) => {
      const { admin, topic } = tools;
      const resource = { resourceType: 2, resourceName: topic } as const;
      const effective = async (name: string) => {
        const [described] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: [name] }] });
        return described?.configs.find((config) => config.name === name)?.value;
      };
      assert.equal(await effective('retention.ms'), '604800000');
      const change = (name: string, configOperation: 0 | 1 | 2 | 3, value = '') =>
        admin.incrementalAlterConfigs({
          resources: [{ ...resource, configs: [{ name, configOperation, value }] }],
        });
      await change('retention.ms', 0, '1000');
      await eventually(() => effective('retention.ms'), '1000');
      await change('cleanup.policy', 2, 'compact');
      await eventually(() => effective('cleanup.policy'), 'delete,compact');
      await change('cleanup.policy', 3, 'delete');
      await eventually(() => effective('cleanup.policy'), 'compact');
      await change('retention.ms', 1);
      await eventually(() => effective('retention.ms'), '604800000');
      await assert.rejects(change('retention.ms', 0, 'soon'));
      await assert.rejects(change('no.such.config', 0, '1'));
    }));
}

interface Seen {
  key: string | undefined;
  value: string | undefined;
}

/** Clients of one test, closed together. */
class Tools {
  readonly topic = uniqueName('topic');
  readonly admin: Admin;
  readonly #bootstrapBrokers: string[];
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(bootstrap: string) {
    this.#bootstrapBrokers = [bootstrap];
    this.admin = new Admin({ clientId: 'contract', bootstrapBrokers: this.#bootstrapBrokers });
    this.#closers.push(() => this.admin.close());
  }

  async createTopic(partitions: number): Promise<void> {
    await this.admin.createTopics({ topics: [this.topic], partitions, replicas: 1 });
  }

  producer(options: { transactionalId?: string } = {}): Producer<string, string, string, string> {
    const bootstrapBrokers = this.#bootstrapBrokers;
    const serializers = stringSerializers;
    const producer = new Producer({
      clientId: 'contract',
      bootstrapBrokers,
      serializers,
      idempotent: true,
      ...options,
    });
    this.#closers.push(() => producer.close());
    return producer;
  }

  consumer(options: TextConsumerOptions & { groupId: string }): TextConsumer {
    const consumer = new Consumer({
      clientId: 'contract',
      bootstrapBrokers: this.#bootstrapBrokers,
      deserializers: stringDeserializers,
      sessionTimeout: 10_000,
      heartbeatInterval: 200,
      maxWaitTime: 300,
      ...options,
    } as ConsumerOptions<string, string, string, string>);
    this.#closers.push(() => consumer.close(true));
    return consumer as TextConsumer;
  }

  /** Reads until `count` records have come. */
  async read(
    count: number,
    { groupId = uniqueName('group'), commit = false, isolationLevel = 0 } = {},
  ): Promise<Seen[]> {
    const consumer = this.consumer({ groupId });
    const topics = [this.topic];
    const stream = await consumer.consume({
      topics,
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
      isolationLevel,
    });
    const seen: Seen[] = [];
    for await (const message of stream) {
      seen.push({ key: message.key, value: message.value });
      if (commit) await message.commit();
      if (seen.length === count) break;
    }
    await consumer.close(true);
    return seen;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close().catch(() => {});
  }
}

function partitionsOf(consumer: TextConsumer, topic: string): number[] {
  return consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [];
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; !isTrue(); attempt++) {
    assert.ok(attempt < 300, 'it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function eventually<T>(look: () => Promise<T>, expected: T): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const found = await look();
    if (found === expected || attempt > 100) {
      assert.equal(found, expected);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
