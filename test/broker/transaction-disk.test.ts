import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemError } from '../../src/base/memory-file-system.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from '../../src/wire/messages/25-add-offsets-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/wire/messages/26-end-txn.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/wire/messages/28-txn-offset-commit.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { errorName, Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startBroker } from './start-broker.ts';

const transactionalId = 'worker';
const groupId = 'group';
const noRoom = 0;
const muchRoom = Number.POSITIVE_INFINITY;

/** A producer that asks once and tells what it was answered. */
class Producer {
  readonly #fixture: Fixture;
  producer = { producerId: -1n, producerEpoch: -1 };

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
  }

  async init(claim = { producerId: -1n, producerEpoch: -1 }): Promise<string> {
    const api = { request: initProducerIdRequest, response: initProducerIdResponse };
    const request = { transactionalId, transactionTimeoutMs: 60_000, ...claim };
    const { errorCode, producerId, producerEpoch } = await this.#fixture.client.send(api, 4, request);
    if (errorCode === 0) this.producer = { producerId, producerEpoch };
    return errorName(errorCode);
  }

  async add(partition = 0): Promise<string> {
    const api = { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse };
    const { producerId, producerEpoch } = this.producer;
    const answer = await this.#fixture.client.send(api, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: this.#fixture.topic, partitions: [partition] }],
    });
    return errorName(answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1);
  }

  async send(text: string, { partition = 0, baseSequence = 0 } = {}): Promise<string> {
    const batch = { ...values(text), ...this.producer, baseSequence, isTransactional: true };
    return (await this.#fixture.produce(batch, { partition, transactionalId })).error;
  }

  async addOffsets(): Promise<string> {
    const api = { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse };
    const answer = await this.#fixture.client.send(api, 3, { transactionalId, ...this.producer, groupId });
    return errorName(answer.errorCode);
  }

  async commitOffset(offset: bigint): Promise<string> {
    const api = { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse };
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }];
    const topics = [{ name: this.#fixture.topic, partitions }];
    const request = { transactionalId, groupId, ...this.producer, memberId: '', topics };
    const answer = await this.#fixture.client.send(api, 3, request);
    return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
  }

  async end(committed: boolean): Promise<string> {
    const api = { request: endTxnRequest, response: endTxnResponse };
    const answer = await this.#fixture.client.send(api, 3, { transactionalId, ...this.producer, committed });
    return errorName(answer.errorCode);
  }

  async committedOffset(): Promise<bigint | undefined> {
    const api = { request: offsetFetchRequest, response: offsetFetchResponse };
    const topics = [{ name: this.#fixture.topic, partitionIndexes: [0] }];
    const answer = await this.#fixture.client.send(api, 7, { groupId, topics, requireStable: true });
    const [found] = answer.topics[0]?.partitions ?? [];
    return found?.errorCode === 0 ? found.committedOffset : undefined;
  }
}

async function open(t: { after(run: () => Promise<void>): void }) {
  const fileSystem = new UnreliableFileSystem();
  const broker = await startBroker({ fileSystem, dataDir: '/data' });
  const fixture = await Fixture.open(broker, { partitions: 2 });
  t.after(async () => {
    fixture.close();
    await broker.close();
  });
  const producer = new Producer(fixture);
  assert.equal(await producer.init(), 'NONE');
  return { fileSystem, fixture, producer, broker };
}

test('a partition that a full disk kept out of a transaction is no part of it when the producer asks again', async (t) => {
  const { fileSystem, producer } = await open(t);
  fileSystem.roomBytes = noRoom;
  for (let attempt = 0; attempt < 3; attempt++) assert.equal(await producer.add(), 'COORDINATOR_NOT_AVAILABLE');
  fileSystem.roomBytes = muchRoom;
  assert.equal(await producer.send('stray'), 'INVALID_TXN_STATE');
  assert.equal(await producer.add(), 'NONE');
  assert.equal(await producer.send('a'), 'NONE');
  assert.equal(await producer.end(true), 'NONE');
});

test('an end that a full disk kept from being decided is decided later, either way', async (t) => {
  const { fileSystem, fixture, producer } = await open(t);
  await producer.add();
  await producer.send('a');
  fileSystem.roomBytes = noRoom;
  assert.equal(await producer.end(true), 'COORDINATOR_NOT_AVAILABLE');
  fileSystem.roomBytes = muchRoom;
  assert.equal(await producer.end(false), 'NONE');
  assert.equal((await fixture.fetch(0n, { isolationLevel: 1 })).abortedTransactions?.length, 1);
});

test('an epoch that a full disk kept from being stored is given to nobody', async (t) => {
  const { fileSystem, producer } = await open(t);
  const first = producer.producer;
  fileSystem.roomBytes = noRoom;
  for (let attempt = 0; attempt < 3; attempt++) assert.equal(await producer.init(first), 'COORDINATOR_NOT_AVAILABLE');
  fileSystem.roomBytes = muchRoom;
  assert.equal(await producer.init(first), 'NONE');
  assert.equal(producer.producer.producerEpoch, first.producerEpoch + 1);
});

test('offsets that a full disk kept out of a transaction do not come with its commit', async (t) => {
  const { fileSystem, producer } = await open(t);
  assert.equal(await producer.addOffsets(), 'NONE');
  assert.equal(await producer.commitOffset(3n), 'NONE');
  fileSystem.roomBytes = noRoom;
  assert.equal(await producer.commitOffset(7n), 'COORDINATOR_NOT_AVAILABLE');
  fileSystem.roomBytes = muchRoom;
  assert.equal(await producer.end(true), 'NONE');
  assert.equal(await producer.committedOffset(), 3n);
});

test('a transaction whose marker cannot be written stays to be ended, whoever begins anew meanwhile', async (t) => {
  const { fileSystem, fixture, producer } = await open(t);
  for (const partition of [0, 1]) {
    await producer.add(partition);
    await producer.send('open', { partition });
  }
  fileSystem.beforeSync = (path) => {
    if (path.includes(`${fixture.topic}-1`)) throw systemError('EIO', 'the disk is broken');
  };
  for (let attempt = 0; attempt < 3; attempt++) assert.equal(await producer.init(), 'CONCURRENT_TRANSACTIONS');
  fileSystem.beforeSync = undefined;
  assert.equal((await fixture.fetch(0n, { isolationLevel: 1 })).abortedTransactions?.length, 1);
});

test('a transaction whose partition was new when the disk had no room for more than its records can be ended', async (t) => {
  const { fileSystem, fixture, producer } = await open(t);
  await producer.add();
  fileSystem.beforeChange = (path) => {
    if (path.includes(`${fixture.topic}-0/leader-epoch-checkpoint`)) throw systemError('ENOSPC', 'no room');
  };
  assert.equal(await producer.send('a'), 'NONE');
  fileSystem.beforeChange = undefined;
  assert.equal(await producer.end(true), 'NONE');
  assert.equal(await producer.init(), 'NONE');
  assert.deepEqual((await fixture.fetch(0n, { isolationLevel: 1 })).values.slice(0, 1), ['a']);
});

test('a marker that a full disk refuses is written within seconds once there is room', async (t) => {
  const { fileSystem, fixture, producer } = await open(t);
  await producer.add();
  await producer.send('a');
  fileSystem.beforeChange = (path) => {
    if (path.includes(`${fixture.topic}-0/`)) throw systemError('ENOSPC', 'no room');
  };
  assert.equal(await producer.end(true), 'NONE', 'decided; the markers follow');
  assert.equal(await producer.init(), 'CONCURRENT_TRANSACTIONS');
  fileSystem.beforeChange = undefined;
  await untilNone(() => producer.init());
  assert.equal((await fixture.fetch(0n, { isolationLevel: 1 })).abortedTransactions?.length ?? 0, 0);
});

async function untilNone(ask: () => Promise<string>): Promise<void> {
  for (let error = await ask(); error !== 'NONE'; error = await ask()) {
    assert.equal(error, 'CONCURRENT_TRANSACTIONS');
    await delay(20);
  }
}

const stateLog = /^\/data\/__transaction_state-\d+\/\d+\.log$/;

/** Lets no flush of the coordinator's log begin until it is told to. */
function holdState(fileSystem: UnreliableFileSystem) {
  const gate = Promise.withResolvers<void>();
  let path = '';
  fileSystem.beforeSync = (each) => {
    if (!stateLog.test(each)) return;
    path = each;
    return gate.promise;
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    begun: () => until(() => path !== ''),
    grown: (bytes: number) => until(() => fileSystem.bytesOf(path).length > bytes),
    sizeBytes: () => fileSystem.bytesOf(path).length,
    release: gate.resolve,
  };
}

test('nothing is written to a partition before the disk knows that the transaction has it', async (t) => {
  const { fileSystem, fixture, producer, broker } = await open(t);
  const elsewhere = new Producer(Fixture.over(await RawClient.connect(broker.bootstrap), fixture.topic));
  elsewhere.producer = producer.producer;
  const state = holdState(fileSystem);
  const added = producer.add();
  await state.begun();
  assert.equal(await elsewhere.send('early'), 'INVALID_TXN_STATE');
  state.release();
  assert.equal(await added, 'NONE');
  assert.equal(await elsewhere.send('in time'), 'NONE');
});

test('what a producer adds to its transaction without waiting for answers goes to the disk together', async (t) => {
  const { fileSystem, producer } = await open(t);
  assert.equal(await producer.addOffsets(), 'NONE');
  const state = holdState(fileSystem);
  const answers = [producer.add(0)];
  await state.begun();
  const before = state.sizeBytes();
  answers.push(producer.add(1), producer.addOffsets());
  await state.grown(before);
  state.release();
  assert.deepEqual(await Promise.all(answers), ['NONE', 'NONE', 'NONE']);
});
