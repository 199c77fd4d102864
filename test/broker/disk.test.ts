import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemError } from '../../src/base/memory-file-system.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/wire/messages/21-delete-records.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { errorName, Fixture, values } from '../contract/fixture.ts';
import { Random } from './random.ts';
import { startBroker } from './start-broker.ts';

const dataDir = '/data';

async function commit(fixture: Fixture, topic: string, offset: bigint): Promise<string> {
  const answer = await fixture.client.send({ request: offsetCommitRequest, response: offsetCommitResponse }, 7, {
    groupId: 'group',
    memberId: '',
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }] }],
  });
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
}

async function committed(fixture: Fixture, topic: string): Promise<bigint> {
  const answer = await fixture.client.send({ request: offsetFetchRequest, response: offsetFetchResponse }, 7, {
    groupId: 'group',
    topics: [{ name: topic, partitionIndexes: [0] }],
  });
  return answer.topics[0]?.partitions[0]?.committedOffset ?? -2n;
}

for (const keeps of ['nothing', 'anything'] as const) {
  test(`topics, records and offsets that were acknowledged survive power losses that keep ${keeps} that was not synced`, async () => {
    for (let seed = 1; seed <= 12; seed++) await survivePowerLoss(seed, keeps);
  });
}

/** Several clients work until the power goes; then everything they were told has to be there. */
async function survivePowerLoss(seed: number, keeps: 'nothing' | 'anything'): Promise<void> {
  const random = new Random(seed);
  let fileSystem = new UnreliableFileSystem();
  const told = new Map<string, { texts: string[]; offset: bigint }>();
  for (let life = 0; life < 2; life++) {
    const broker = await startBroker({ fileSystem, dataDir });
    const fixture = await Fixture.open(broker);
    for (let step = 0; step < 20; step++) await work(fixture, told, random);
    const unheard = fixture.produce(values('never acknowledged')).catch(() => {});
    // What the dying broker does from here on never happened.
    fileSystem = fileSystem.afterPowerLoss(keeps === 'nothing' ? { keeps } : { keeps, random: () => random.next() });
    fixture.close();
    await unheard;
    await broker.close().catch(() => {});
    await check(fileSystem, told, seed);
  }
}

async function work(
  fixture: Fixture,
  told: Map<string, { texts: string[]; offset: bigint }>,
  random: Random,
): Promise<void> {
  const topics = [...told.keys()];
  if (topics.length === 0 || random.below(8) === 0) {
    const name = `topic-${told.size}`;
    assert.equal(await fixture.createTopic(name), 'NONE');
    told.set(name, { texts: [], offset: -1n });
    return;
  }
  const topic = random.pick(topics) ?? '';
  const known = told.get(topic);
  assert.ok(known);
  const text = `${topic} ${known.texts.length}`;
  const answer = await fixture.produce(values(text), { topic });
  assert.equal(answer.error, 'NONE');
  known.texts.push(text);
  if (random.below(3) > 0) return;
  assert.equal(await commit(fixture, topic, answer.baseOffset), 'NONE');
  known.offset = answer.baseOffset;
}

async function check(
  fileSystem: UnreliableFileSystem,
  told: Map<string, { texts: string[]; offset: bigint }>,
  seed: number,
): Promise<void> {
  const broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  for (const [topic, { texts, offset }] of told) {
    const found = await fixture.fetch(0n, { topic });
    assert.deepEqual(found.values, texts, `seed ${seed}, ${topic}`);
    assert.equal(await committed(fixture, topic), offset, `seed ${seed}, ${topic}`);
  }
  fixture.close();
  await broker.close();
}

test('a full disk is told to the producer, and writing goes on once there is room', async () => {
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  assert.equal((await fixture.produce(values('a'))).error, 'NONE');
  fileSystem.roomBytes = 0;
  assert.equal((await fixture.produce(values('b'))).error, 'KAFKA_STORAGE_ERROR');
  assert.equal(await fixture.createTopic('no-room'), 'KAFKA_STORAGE_ERROR');
  assert.deepEqual((await fixture.fetch(0n)).values, ['a']);
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  assert.equal((await fixture.produce(values('c'))).error, 'NONE');
  assert.deepEqual((await fixture.fetch(0n)).values, ['a', 'c']);
  assert.equal(await fixture.createTopic('no-room'), 'NONE');
  fixture.close();
});

test('a log whose flush fails takes nothing more, and the others go on', async () => {
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker, { partitions: 2 });
  assert.equal((await fixture.produce(values('a'))).error, 'NONE');
  const broken = `${fixture.topic}-0`;
  fileSystem.beforeSync = (path) => {
    if (path.includes(broken)) throw systemError('EIO', 'the disk is broken');
  };
  assert.equal((await fixture.produce(values('b'))).error, 'KAFKA_STORAGE_ERROR');
  fileSystem.beforeSync = undefined;
  assert.equal((await fixture.produce(values('c'))).error, 'KAFKA_STORAGE_ERROR');
  assert.equal((await fixture.produce(values('d'), { partition: 1 })).error, 'NONE');
  assert.deepEqual((await fixture.fetch(0n)).values, ['a']);
  fixture.close();
});

test('an offset is not committed when it cannot be stored', async () => {
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  await fixture.produce(values('a'));
  assert.equal(await commit(fixture, fixture.topic, 0n), 'NONE');
  fileSystem.roomBytes = 0;
  assert.notEqual(await commit(fixture, fixture.topic, 1n), 'NONE');
  assert.equal(await committed(fixture, fixture.topic), 0n);
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  assert.equal(await commit(fixture, fixture.topic, 1n), 'NONE');
  assert.equal(await committed(fixture, fixture.topic), 1n);
  fixture.close();
});

test('records are not deleted for good while the disk does not take where the log begins now', async () => {
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  for (const value of ['a', 'b', 'c']) await fixture.produce(values(value));
  const remove = async () => {
    const topics = [{ name: fixture.topic, partitions: [{ partitionIndex: 0, offset: 2n }] }];
    const api = { request: deleteRecordsRequest, response: deleteRecordsResponse };
    const answer = (await fixture.client.send(api, 2, { topics, timeoutMs: 5000 })).topics[0]?.partitions[0];
    return [errorName(answer?.errorCode ?? -1), answer?.lowWatermark];
  };
  fileSystem.roomBytes = 0;
  assert.deepEqual(await remove(), ['KAFKA_STORAGE_ERROR', -1n]);
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  assert.deepEqual(await remove(), ['NONE', 2n]);
  fixture.close();
});

test('an acknowledgement waits for the disk', async () => {
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    fileSystem.beforeSync = (path) => {
      if (!path.includes(fixture.topic)) return undefined;
      resolve();
      return held;
    };
  });
  let isAcknowledged = false;
  const producing = fixture.produce(values('a')).then((answer) => {
    isAcknowledged = true;
    return answer;
  });
  await asked;
  const other = await Fixture.open(broker);
  assert.deepEqual((await other.fetch(0n, { topic: fixture.topic })).values, [], 'shown before it is on the disk');
  assert.equal(isAcknowledged, false);
  release();
  assert.equal((await producing).error, 'NONE');
  other.close();
  fixture.close();
});
