import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Broker } from '../../../src/broker/broker.ts';
import { brokerConfigs } from '../../../src/broker/configs/broker-configs.ts';
import { BrokerSettings } from '../../../src/broker/configs/broker-settings.ts';
import type { ConfigDefinition } from '../../../src/broker/configs/config-definition.ts';
import { logConfigFrom, topicConfigs } from '../../../src/broker/configs/topic-configs.ts';
import { zeroUuid } from '../../../src/wire/codec/primitives.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../../src/wire/messages/09-offset-fetch.ts';
import { joinGroupRequest, joinGroupResponse } from '../../../src/wire/messages/11-join-group.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../../src/wire/messages/20-delete-topics.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../../src/wire/messages/22-init-producer-id.ts';
import {
  describeProducersRequest,
  describeProducersResponse,
} from '../../../src/wire/messages/61-describe-producers.ts';
import { listTransactionsRequest, listTransactionsResponse } from '../../../src/wire/messages/66-list-transactions.ts';
import { errorName, Fixture, values } from '../../contract/fixture.ts';
import { TransactionalProducer } from '../../contract/transactional-producer.ts';
import { StillClock } from '../../log/open-log.ts';
import { startBroker } from '../start-broker.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** Compaction asks for them when its turn comes; test/broker/metadata/compaction-schedule.test.ts has their effect. */
const askedByCompaction = ['delete.retention.ms', 'min.cleanable.dirty.ratio', 'min.compaction.lag.ms'];

const api = {
  commit: { request: offsetCommitRequest, response: offsetCommitResponse },
  committed: { request: offsetFetchRequest, response: offsetFetchResponse },
  join: { request: joinGroupRequest, response: joinGroupResponse },
  removeTopics: { request: deleteTopicsRequest, response: deleteTopicsResponse },
  newProducer: { request: initProducerIdRequest, response: initProducerIdResponse },
  producers: { request: describeProducersRequest, response: describeProducersResponse },
  transactions: { request: listTransactionsRequest, response: listTransactionsResponse },
};

function another({ type, defaultValue, oneOf, min = 0 }: ConfigDefinition): string {
  if (oneOf !== undefined) return oneOf.find((each) => each !== defaultValue) ?? '';
  if (type === 'boolean') return defaultValue === 'true' ? 'false' : 'true';
  return `${Math.max(min, 1) === Number(defaultValue) ? Number(defaultValue) + 1 : Math.max(min, 1)}`;
}

test('every config of topics reaches the log or the compaction, or says why it has no effect', () => {
  const settings = new BrokerSettings({});
  const made = (change: ReadonlyMap<string, string>) =>
    logConfigFrom((name) => change.get(name) ?? settings.topicDefault(name), {
      ...{ flushPolicy: 'commit', flushIntervalMs: 1, producerIdExpirationMs: 1 },
    });
  for (const definition of topicConfigs) {
    const { name, withoutEffect } = definition;
    if (askedByCompaction.includes(name)) continue;
    const base = new Map(name === 'cleanup.policy' ? [] : [['cleanup.policy', 'compact']]);
    const changed = made(new Map([...base, [name, another(definition)]]));
    const isSame = JSON.stringify(changed) === JSON.stringify(made(base));
    assert.equal(isSame, withoutEffect !== undefined, `${name}=${another(definition)}`);
  }
});

test('every config of the broker is asked for by the broker, or says why it has no effect', () => {
  const inherited = new Set(topicConfigs.map(({ synonym }) => synonym));
  const sources = globSync('src/broker/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('broker-configs.ts'))
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  for (const { name, withoutEffect } of brokerConfigs) {
    if (inherited.has(name)) continue;
    assert.equal(sources.includes(`'${name}'`), withoutEffect === undefined, name);
  }
});

async function started(
  t: TestContext,
  config: Record<string, string | number>,
  more: { clock?: StillClock } = {},
): Promise<{ broker: Broker; fixture: Fixture }> {
  const broker = await startBroker({ config, ...more });
  const fixture = await Fixture.open(broker);
  t.after(async () => {
    fixture.close();
    await broker.close();
  });
  return { broker, fixture };
}

async function commit({ client, topic }: Fixture, committedMetadata: string | null): Promise<string> {
  const partitions = [{ partitionIndex: 0, committedOffset: 5n, committedMetadata }];
  const request = { groupId: 'group', memberId: '', topics: [{ name: topic, partitions }] };
  const answer = await client.send(api.commit, 7, request);
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
}

async function committed({ client, topic }: Fixture): Promise<bigint | undefined> {
  const answer = await client.send(api.committed, 7, {
    groupId: 'group',
    topics: [{ name: topic, partitionIndexes: [0] }],
  });
  return answer.topics[0]?.partitions[0]?.committedOffset;
}

async function until(holds: () => Promise<boolean>, clock: StillClock, stepMs: number): Promise<void> {
  for (let attempt = 0; !(await holds()); attempt++) {
    assert.ok(attempt < 1000, 'it never came');
    clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('topics are not deleted where delete.topic.enable is off', async (t) => {
  const { fixture } = await started(t, { 'delete.topic.enable': 'false' });
  const request = { topics: [{ name: fixture.topic, topicId: zeroUuid }], timeoutMs: 1000 };
  const { responses } = await fixture.client.send(api.removeTopics, 6, request);
  assert.equal(errorName(responses[0]?.errorCode ?? -1), 'TOPIC_DELETION_DISABLED');
});

test('metadata over offset.metadata.max.bytes is not committed', async (t) => {
  const { fixture } = await started(t, { 'offset.metadata.max.bytes': 10 });
  assert.equal(await commit(fixture, 'x'.repeat(11)), 'OFFSET_METADATA_TOO_LARGE');
  assert.equal(await commit(fixture, 'x'.repeat(10)), 'NONE');
});

test('members over group.max.size, and session time-outs out of bounds, are refused', async (t) => {
  const { broker, fixture } = await started(t, {
    'group.max.size': 1,
    'group.max.session.timeout.ms': 20_000,
    'group.initial.rebalance.delay.ms': 0,
  });
  const join = async ({ client }: Fixture, sessionTimeoutMs: number) => {
    const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }];
    const request = { groupId: 'group', sessionTimeoutMs, rebalanceTimeoutMs: 1000, memberId: '', protocols };
    return errorName((await client.send(api.join, 3, { ...request, protocolType: 'consumer' })).errorCode);
  };
  assert.equal(await join(fixture, 20_001), 'INVALID_SESSION_TIMEOUT');
  assert.equal(await join(fixture, 5999), 'INVALID_SESSION_TIMEOUT');
  assert.equal(await join(fixture, 20_000), 'NONE');
  const second = await Fixture.open(broker);
  assert.equal(await join(second, 20_000), 'GROUP_MAX_SIZE_REACHED');
  second.close();
});

test('a transaction cannot ask for more than transaction.max.timeout.ms', async (t) => {
  const { fixture } = await started(t, { 'transaction.max.timeout.ms': 5000 });
  const producer = new TransactionalProducer(fixture);
  assert.equal(await producer.init(5001), 'INVALID_TRANSACTION_TIMEOUT');
  assert.equal(await producer.init(5000), 'NONE');
});

test('a request over socket.request.max.bytes ends its connection', async (t) => {
  const { broker, fixture } = await started(t, { 'socket.request.max.bytes': 5000 });
  assert.equal((await fixture.produce(values('x'.repeat(4000)))).error, 'NONE');
  const other = Fixture.over((await Fixture.open(broker)).client, fixture.topic);
  await assert.rejects(other.produce(values('x'.repeat(6000))));
});

test('an answer to Fetch holds fetch.max.bytes at most, whatever the client asks for', async (t) => {
  const { fixture } = await started(t, { 'fetch.max.bytes': 3000 });
  for (let i = 0; i < 5; i++) await fixture.produce(values('x'.repeat(1000)));
  assert.equal((await fixture.fetch(0n)).values.length, 2);
});

test('offsets of a group without members go after offsets.retention.minutes, when it is looked for them', async (t) => {
  const clock = new StillClock(Date.now());
  const { fixture } = await started(
    t,
    { 'offsets.retention.minutes': 60, 'offsets.retention.check.interval.ms': 1000 },
    { clock },
  );
  assert.equal(await commit(fixture, null), 'NONE');
  clock.advance(59 * 60_000);
  for (let i = 0; i < 5; i++) assert.equal(await committed(fixture), 5n);
  await until(async () => (await committed(fixture)) === -1n, clock, 60_000);
});

test('a transactional id that nobody uses goes after transactional.id.expiration.ms', async (t) => {
  const clock = new StillClock(Date.now());
  const { fixture } = await started(t, { 'transactional.id.expiration.ms': 7_200_000 }, { clock });
  const producer = new TransactionalProducer(fixture);
  assert.equal(await producer.init(), 'NONE');
  const listed = async () => {
    const filter = { stateFilters: [], producerIdFilters: [], durationFilter: -1n };
    return (await fixture.client.send(api.transactions, 2, filter)).transactionStates.length;
  };
  clock.advance(3_600_000);
  assert.equal(await listed(), 1);
  await until(async () => (await listed()) === 0, clock, 3_600_000);
});

test('a producer that writes nothing is forgotten after producer.id.expiration.ms, when retention looks', async (t) => {
  const clock = new StillClock(Date.now());
  const config = { 'producer.id.expiration.ms': 10_000, 'log.retention.check.interval.ms': 1000 };
  const { fixture } = await started(t, config, { clock });
  const request = { transactionalId: null, transactionTimeoutMs: 60_000 };
  const { producerId, producerEpoch } = await fixture.client.send(api.newProducer, 4, request);
  const batch = { ...values('x'), producerId, producerEpoch, baseSequence: 0, timestamp: BigInt(clock.nowMs()) };
  assert.equal((await fixture.produce(batch)).error, 'NONE');
  const known = async () => {
    const topics = [{ name: fixture.topic, partitionIndexes: [0] }];
    const answer = await fixture.client.send(api.producers, 0, { topics });
    return answer.topics[0]?.partitions[0]?.activeProducers.length;
  };
  assert.equal(await known(), 1);
  await until(async () => (await known()) === 0, clock, 5000);
});

test('the levels of gzip and zstd change what is kept', async (t) => {
  const { fixture } = await started(t, {});
  const text = Array.from({ length: 3000 }, (_, i) => `${(i * 7919) % 1013}`).join(' ');
  const keptBytes = async (configs: Record<string, string>) => {
    const topic = `levels-${Object.values(configs).join('-')}`.replaceAll('--', '-minus-');
    await fixture.createTopic(topic, { configs });
    await fixture.produce(values(text), { topic });
    return (await fixture.fetch(0n, { topic })).batches[0]?.sizeBytes;
  };
  for (const [type, levels] of [
    ['gzip', ['1', '9']],
    ['zstd', ['-100', '19']],
  ] as const) {
    const [fast, small] = [levels[0], levels[1]].map((level) =>
      keptBytes({ 'compression.type': type, [`compression.${type}.level`]: level }),
    );
    assert.ok(((await fast) ?? 0) > ((await small) ?? Infinity), type);
  }
});
