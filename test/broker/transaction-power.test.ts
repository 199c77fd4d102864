import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { Fixture } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { fetchCommitted } from '../crash/fetch-committed.ts';
import { RawTransactions } from '../crash/raw-transactions.ts';
import { startBroker } from './start-broker.ts';

const transactionalId = 'worker';
const group = 'group';
const topic = 'results';
const config = { 'offsets.topic.num.partitions': 1, 'transaction.state.log.num.partitions': 1 };
/** The coordinators' logs; results are elsewhere. */
const stateLogs = '/data/__';

async function open(t: TestContext, fileSystem: UnreliableFileSystem) {
  const broker = await startBroker({ fileSystem, dataDir: '/data', config });
  const clients = [await RawClient.connect(broker.bootstrap), await RawClient.connect(broker.bootstrap)] as const;
  t.after(async () => {
    for (const each of clients) each.close();
    await broker.close().catch(() => {});
  });
  return { transactions: new RawTransactions(clients[0], transactionalId), other: clients[1] };
}

/** Lets no flush of some files begin until it is told to. */
function hold(fileSystem: UnreliableFileSystem, folder: string): { reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  fileSystem.beforeSync = (path) => {
    if (!path.startsWith(folder)) return;
    reached.resolve();
    return gate.promise;
  };
  return { reached: reached.promise, release: gate.resolve };
}

async function prepare(t: TestContext) {
  const fileSystem = new UnreliableFileSystem();
  const { transactions, other } = await open(t, fileSystem);
  const reader = Fixture.over(other, topic);
  assert.equal(await reader.createTopic(topic), 'NONE');
  await transactions.begin();
  return { fileSystem, transactions, reader };
}

async function fill(transactions: RawTransactions, value: string, offset: bigint): Promise<void> {
  await transactions.addPartition(topic, 0);
  await transactions.send(topic, 0, [value]);
  await transactions.commitOffset(group, { topic, partition: 0, offset });
}

async function visible(reader: Fixture): Promise<string[]> {
  return (await fetchCommitted(reader, { topic, partition: 0, offset: 0n })).records.map(({ value }) => value);
}

test('a commit that readers saw stays one when the power goes before its decision is on the disk', async (t) => {
  const { fileSystem, transactions, reader } = await prepare(t);
  await fill(transactions, 'a', 7n);
  const state = hold(fileSystem, stateLogs);
  let isAnswered = false;
  const ended = transactions.end(true).then(
    () => (isAnswered = true),
    () => {},
  );
  await state.reached;
  while ((await visible(reader)).length === 0);
  assert.equal(isAnswered, false, 'the commit is answered before its decision is on the disk');
  const disk = fileSystem.afterPowerLoss({ keeps: 'nothing' });
  state.release();
  await ended;

  const after = await open(t, disk);
  assert.deepEqual(await visible(Fixture.over(after.other, topic)), ['a']);
  await after.transactions.begin();
  assert.deepEqual(await visible(Fixture.over(after.other, topic)), ['a'], 'the next producer takes nothing back');
  assert.deepEqual(await after.transactions.committedOffsets(group, topic, [0]), new Map([[0, 7n]]));
});

test('a commit of which the power left neither decision nor marker is none, whatever the same producer committed before', async (t) => {
  const { fileSystem, transactions } = await prepare(t);
  await fill(transactions, 'a', 7n);
  await transactions.end(true);
  await transactions.addPartition(topic, 0);
  await transactions.commitOffset(group, { topic, partition: 0, offset: 8n });
  const disks = hold(fileSystem, '/data/');
  const ended = transactions.end(true).catch(() => {});
  await disks.reached;
  const disk = fileSystem.afterPowerLoss({ keeps: 'nothing' });
  disks.release();
  await ended;

  const after = await open(t, disk);
  await after.transactions.begin();
  assert.deepEqual(await after.transactions.committedOffsets(group, topic, [0]), new Map([[0, 7n]]));
});
