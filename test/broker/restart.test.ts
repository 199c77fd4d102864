import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { isFault } from '../../src/base/errors.ts';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { zeroUuid } from '../../src/wire/codec/primitives.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/wire/messages/11-join-group.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/wire/messages/12-heartbeat.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/wire/messages/14-sync-group.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/wire/messages/20-delete-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/wire/messages/21-delete-records.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startBroker } from './start-broker.ts';

function temporaryDirectory(t: { after(cleanUp: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'vigil-broker-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function commit(client: RawClient, groupId: string, topic: string, offset: bigint): Promise<void> {
  const answer = await client.send({ request: offsetCommitRequest, response: offsetCommitResponse }, 7, {
    groupId,
    memberId: '',
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }] }],
  });
  assert.equal(answer.topics[0]?.partitions[0]?.errorCode, 0);
}

async function committed(client: RawClient, groupId: string, topic: string): Promise<bigint | undefined> {
  const topics = [{ name: topic, partitionIndexes: [0] }];
  const answer = await client.send({ request: offsetFetchRequest, response: offsetFetchResponse }, 7, {
    groupId,
    topics,
  });
  return answer.topics[0]?.partitions[0]?.committedOffset;
}

test('records, topics, ids and committed offsets are there after a restart', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startBroker({ dataDir });
  const before = await Fixture.open(first, { partitions: 2, configs: { 'retention.ms': '1234567' } });
  await before.produce(values('a', 'b'));
  await before.produce(values('c'), { partition: 1 });
  await commit(before.client, 'group', before.topic, 2n);
  const { clusterId } = first;
  before.close();
  await first.close();

  await using second = await startBroker({ dataDir });
  const client = await RawClient.connect(second.bootstrap);
  t.after(() => client.close());
  assert.equal(second.clusterId, clusterId);
  const after = await Fixture.open(second);
  assert.deepEqual((await after.fetch(0n, { topic: before.topic })).values, ['a', 'b']);
  assert.deepEqual((await after.fetch(0n, { topic: before.topic, partition: 1 })).values, ['c']);
  assert.equal(await committed(client, 'group', before.topic), 2n);
  assert.equal((await after.produce(values('d'), { topic: before.topic })).baseOffset, 2n);
  after.close();
});

test('a consumer group keeps its generation, members and assignments over a restart', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startBroker({ dataDir });
  const client = await RawClient.connect(first.bootstrap);
  const protocols = [{ name: 'range', metadata: Buffer.from('x') }];
  const group = { groupId: 'group', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, protocolType: 'consumer' };
  const joined = await client.send({ request: joinGroupRequest, response: joinGroupResponse }, 3, {
    ...group,
    memberId: '',
    protocols,
  });
  const member = { groupId: 'group', generationId: joined.generationId, memberId: joined.memberId };
  const sync = { request: syncGroupRequest, response: syncGroupResponse };
  const assignments = [{ memberId: joined.memberId, assignment: Buffer.from('mine') }];
  await client.send(sync, 3, { ...member, assignments });
  client.close();
  await first.close();

  await using second = await startBroker({ dataDir });
  const again = await RawClient.connect(second.bootstrap);
  const beat = await again.send({ request: heartbeatRequest, response: heartbeatResponse }, 3, member);
  assert.equal(beat.errorCode, 0);
  const synced = await again.send(sync, 3, { ...member, assignments: [] });
  assert.equal(synced.assignment.toString(), 'mine');
  again.close();
});

test('a deleted topic leaves nothing behind, also not after a restart', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startBroker({ dataDir });
  const fixture = await Fixture.open(first, { partitions: 3 });
  await fixture.produce(values('a'));
  const answer = await fixture.client.send({ request: deleteTopicsRequest, response: deleteTopicsResponse }, 6, {
    topics: [{ name: fixture.topic, topicId: zeroUuid }],
    timeoutMs: 1000,
  });
  assert.equal(answer.responses[0]?.errorCode, 0);
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith(fixture.topic)),
    [],
  );
  fixture.close();
  await first.close();

  await using second = await startBroker({ dataDir });
  const client = await RawClient.connect(second.bootstrap);
  const { topics } = await client.send({ request: metadataRequest, response: metadataResponse }, 12, { topics: null });
  assert.deepEqual(
    topics.map((topic) => topic.name),
    [],
  );
  client.close();
});

test('a topic that is made again after its deletion has nothing of the former one, not even after a crash', async () => {
  const fileSystem = new UnreliableFileSystem();
  const options = { fileSystem, dataDir: '/data' };
  const first = await startBroker(options);
  const fixture = await Fixture.open(first);
  const { topic, client } = fixture;
  for (const text of ['a', 'b', 'c']) await fixture.produce(values(text));
  await client.send({ request: deleteRecordsRequest, response: deleteRecordsResponse }, 2, {
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 3n }] }],
    timeoutMs: 1000,
  });
  await client.send({ request: deleteTopicsRequest, response: deleteTopicsResponse }, 5, {
    topicNames: [topic],
    timeoutMs: 1000,
  });
  assert.equal(await fixture.createTopic(topic), 'NONE');
  assert.equal((await fixture.produce(values('new'))).error, 'NONE');
  fixture.close();
  const found = fileSystem.afterPowerLoss({ keeps: 'nothing' });
  await first.close().catch(() => {});

  await using second = await startBroker({ ...options, fileSystem: found });
  const reader = Fixture.over(await RawClient.connect(second.bootstrap), topic);
  assert.deepEqual((await reader.fetch(0n)).values, ['new']);
  reader.close();
});

test('a second broker on the same directory is told which process holds it', async (t) => {
  const dataDir = temporaryDirectory(t);
  await using _first = await startBroker({ dataDir });
  await assert.rejects(startBroker({ dataDir }), (error) => {
    assert.ok(isFault(error, 'DATA_DIRECTORY_IN_USE'));
    assert.match(error.message, new RegExp(`process ${process.pid}`));
    return true;
  });
});

test('a broker that is ending is waited for, and the wait is told', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await startBroker({ dataDir });
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  const closing = first.close();
  await using _second = await startBroker({ dataDir, logger });
  await closing;
  assert.match(lines.join(''), new RegExp(`still held by process ${process.pid}, which is ending: waiting for it`));
  assert.equal(lines.length, 1);
});

test('a broker that says it is ending and does not is waited for no longer than a few seconds', async (t) => {
  const dataDir = temporaryDirectory(t);
  writeFileSync(join(dataDir, '.lock'), `${process.ppid}\nleaving\n`);
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs: number, callback: () => void) {
      nowMs += delayMs;
      const timer = setImmediate(callback);
      return () => clearImmediate(timer);
    },
  };
  await assert.rejects(startBroker({ dataDir, clock }), (error) => {
    assert.ok(isFault(error, 'DATA_DIRECTORY_IN_USE'));
    assert.match(error.message, new RegExp(`process ${process.ppid}, which is ending`));
    return true;
  });
  assert.ok(nowMs >= 2000 && nowMs <= 10_000, `${nowMs} ms`);
});

test('a port that is taken is named, and the data directory is free again and in order', async (t) => {
  const dataDir = temporaryDirectory(t);
  await (await startBroker({ dataDir })).close();
  await using first = await startBroker();
  const { port } = first.address;
  await assert.rejects(startBroker({ dataDir, port }), (error) => {
    assert.ok(isFault(error, 'PORT_IN_USE'));
    assert.match(error.message, new RegExp(`127.0.0.1:${port}`));
    return true;
  });
  assert.ok(readdirSync(dataDir).includes('.kafka_cleanshutdown'));
  await (await startBroker({ dataDir })).close();
});

test('a folder of no topic is left alone and named', async (t) => {
  const dataDir = temporaryDirectory(t);
  mkdirSync(join(dataDir, 'copied-here-0'));
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  await (await startBroker({ dataDir, logger })).close();
  assert.ok(lines.some((line) => line.includes('copied-here-0')));
  assert.ok(readdirSync(dataDir).includes('copied-here-0'));
});

test('a metadata file that cannot be trusted stops the start instead of passing for an empty one', async (t) => {
  const fileSystem = new MemoryFileSystem();
  const first = await startBroker({ fileSystem, dataDir: '/data' });
  (await Fixture.open(first)).close();
  await first.close();
  const file = fileSystem.open('/data/vigil-metadata.json', 'write');
  file.write([Buffer.from('X')], 60);
  file.close();
  await assert.rejects(startBroker({ fileSystem, dataDir: '/data' }), (error) =>
    isFault(error, 'DATA_DIRECTORY_UNUSABLE'),
  );
  t.diagnostic('the file was left as it was');
});
