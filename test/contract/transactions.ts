import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from '../../src/wire/messages/25-add-offsets-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/wire/messages/26-end-txn.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/wire/messages/28-txn-offset-commit.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { errorName, Fixture, type Target, uniqueName, values } from './fixture.ts';
import type { RawClient } from './raw-client.ts';

const api = {
  init: { request: initProducerIdRequest, response: initProducerIdResponse },
  addPartitions: { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse },
  addOffsets: { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse },
  end: { request: endTxnRequest, response: endTxnResponse },
  commitOffsets: { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse },
  fetchOffsets: { request: offsetFetchRequest, response: offsetFetchResponse },
};
const readCommitted = 1;

/** Repeats while the broker is busy with the transaction before, as clients do. */
async function patiently(ask: () => Promise<string>): Promise<string> {
  const busy = [
    'CONCURRENT_TRANSACTIONS',
    'COORDINATOR_NOT_AVAILABLE',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'NOT_COORDINATOR',
    'NOT_ENOUGH_REPLICAS',
  ];
  for (let attempt = 0; ; attempt++) {
    const error = await ask();
    if (!busy.includes(error) || attempt > 200) return error;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

class TransactionalProducer {
  readonly fixture: Fixture;
  readonly client: RawClient;
  readonly transactionalId: string;
  producerId = -1n;
  producerEpoch = -1;
  #sequence = 0;

  constructor(fixture: Fixture, transactionalId = uniqueName('transaction')) {
    this.fixture = fixture;
    this.client = fixture.client;
    this.transactionalId = transactionalId;
  }

  init(transactionTimeoutMs = 60_000): Promise<string> {
    const { transactionalId } = this;
    return patiently(async () => {
      const answer = await this.client.send(api.init, 4, { transactionalId, transactionTimeoutMs });
      const error = errorName(answer.errorCode);
      if (error === 'NONE') {
        this.producerId = answer.producerId;
        this.producerEpoch = answer.producerEpoch;
        this.#sequence = 0;
      }
      return error;
    });
  }

  add(topic = this.fixture.topic, partition = 0): Promise<string> {
    return patiently(async () => {
      const answer = await this.client.send(api.addPartitions, 3, {
        v3AndBelowTransactionalId: this.transactionalId,
        v3AndBelowProducerId: this.producerId,
        v3AndBelowProducerEpoch: this.producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
      });
      const [result] = answer.resultsByTopicV3AndBelow[0]?.resultsByPartition ?? [];
      return errorName(result?.partitionErrorCode ?? -1);
    });
  }

  async send(text: string): Promise<string> {
    const { producerId, producerEpoch, transactionalId } = this;
    const batch = encodeBatch({
      ...values(text),
      timestamp: BigInt(Date.now()),
      producerId,
      producerEpoch,
      baseSequence: this.#sequence,
      isTransactional: true,
    });
    const error = await patiently(async () => (await this.fixture.produce(batch, { transactionalId })).error);
    if (error === 'NONE') this.#sequence++;
    return error;
  }

  end(committed: boolean): Promise<string> {
    const { transactionalId, producerId, producerEpoch } = this;
    return patiently(async () => {
      const answer = await this.client.send(api.end, 3, { transactionalId, producerId, producerEpoch, committed });
      return errorName(answer.errorCode);
    });
  }

  async commitOffset(groupId: string, offset: bigint): Promise<string> {
    const { transactionalId, producerId, producerEpoch } = this;
    const added = await patiently(async () => {
      const answer = await this.client.send(api.addOffsets, 3, { transactionalId, producerId, producerEpoch, groupId });
      return errorName(answer.errorCode);
    });
    assert.equal(added, 'NONE');
    return patiently(async () => {
      const answer = await this.client.send(api.commitOffsets, 3, {
        transactionalId,
        groupId,
        producerId,
        producerEpoch,
        memberId: '',
        topics: [
          {
            name: this.fixture.topic,
            partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }],
          },
        ],
      });
      return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
    });
  }
}

async function committedOffset(client: RawClient, groupId: string, topic: string, requireStable = false) {
  const topics = [{ name: topic, partitionIndexes: [0] }];
  const answer = await client.send(api.fetchOffsets, 7, { groupId, topics, requireStable });
  const found = answer.topics[0]?.partitions[0];
  return found?.errorCode === 0 ? found.committedOffset : errorName(found?.errorCode ?? -1);
}

/** Apache Kafka ends a transaction in the background; readers see it a moment later. */
async function eventually<T>(look: () => Promise<T>, expected: T): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const found = await look();
    try {
      assert.deepEqual(found, expected);
      return;
    } catch (error) {
      if (attempt > 100) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What any Kafka broker does with transactions. */
export function transactionsContract(target: () => Target): void {
  const withProducer = async (run: (producer: TransactionalProducer, fixture: Fixture) => Promise<void>) => {
    const fixture = await Fixture.open(target());
    try {
      await run(new TransactionalProducer(fixture), fixture);
    } finally {
      fixture.close();
    }
  };
  const committedValues = async (fixture: Fixture) =>
    (await fixture.fetch(0n, { isolationLevel: readCommitted })).values;

  test('committed records become visible at the commit, to readers of committed records', () =>
    withProducer(async (producer, fixture) => {
      assert.equal(await producer.init(), 'NONE');
      assert.equal(await producer.add(), 'NONE');
      assert.equal(await producer.send('a'), 'NONE');
      assert.deepEqual(await committedValues(fixture), []);
      const open = await fixture.fetch(0n, { isolationLevel: readCommitted });
      assert.equal(open.lastStableOffset, 0n);
      assert.deepEqual((await fixture.fetch(0n)).values, ['a']);
      assert.equal(await producer.end(true), 'NONE');
      await eventually(() => committedValues(fixture), ['a']);
    }));

  test('aborted records are named in the list of aborted transactions', () =>
    withProducer(async (producer, fixture) => {
      await producer.init();
      await producer.add();
      assert.equal(await producer.send('gone'), 'NONE');
      assert.equal(await producer.end(false), 'NONE');
      const look = async () => {
        const found = await fixture.fetch(0n, { isolationLevel: readCommitted });
        return found.abortedTransactions?.map((each) => [each.producerId, each.firstOffset]) ?? [];
      };
      await eventually(look, [[producer.producerId, 0n]]);
      const { batches } = await fixture.fetch(0n, { isolationLevel: readCommitted });
      assert.equal(batches.at(-1)?.isControl, true);
    }));

  test('offsets committed in a transaction count when it commits, and never when it aborts', () =>
    withProducer(async (producer, fixture) => {
      const groupId = uniqueName('group');
      const look = () => committedOffset(fixture.client, groupId, fixture.topic);
      await producer.init();
      assert.equal(await producer.commitOffset(groupId, 5n), 'NONE');
      assert.equal(await look(), -1n);
      assert.equal(await committedOffset(fixture.client, groupId, fixture.topic, true), 'UNSTABLE_OFFSET_COMMIT');
      assert.equal(await producer.end(true), 'NONE');
      await eventually(look, 5n);
      assert.equal(await producer.commitOffset(groupId, 9n), 'NONE');
      assert.equal(await producer.end(false), 'NONE');
      await eventually(() => committedOffset(fixture.client, groupId, fixture.topic, true), 5n);
    }));

  test('a later producer of the same id fences the earlier one and aborts what it left open', () =>
    withProducer(async (first, fixture) => {
      await first.init();
      await first.add();
      assert.equal(await first.send('left open'), 'NONE');
      const second = new TransactionalProducer(fixture, first.transactionalId);
      assert.equal(await second.init(), 'NONE');
      assert.equal(second.producerId, first.producerId);
      assert.ok(second.producerEpoch > first.producerEpoch);
      assert.equal(await first.end(true), 'PRODUCER_FENCED');
      assert.equal(await first.send('too late'), 'INVALID_PRODUCER_EPOCH');
      const look = async () => (await fixture.fetch(0n, { isolationLevel: readCommitted })).abortedTransactions?.length;
      await eventually(look, 1);
    }));

  test('a write to a partition that is not part of the transaction is refused', () =>
    withProducer(async (producer) => {
      await producer.init();
      assert.match(await producer.send('stray'), /^(INVALID_TXN_STATE|TRANSACTION_ABORTABLE)$/);
    }));

  test('ending a transaction twice is answered as the first time, and ending none is an error', () =>
    withProducer(async (producer) => {
      await producer.init();
      assert.equal(await producer.end(true), 'INVALID_TXN_STATE');
      await producer.add();
      await producer.send('a');
      assert.equal(await producer.end(true), 'NONE');
      assert.equal(await producer.end(true), 'NONE');
      assert.equal(await producer.end(false), 'INVALID_TXN_STATE');
    }));

  test('a transaction that is open for longer than its time-out is aborted and its producer fenced', () =>
    withProducer(async (producer, fixture) => {
      await producer.init(300);
      await producer.add();
      assert.equal(await producer.send('abandoned'), 'NONE');
      const look = async () => (await fixture.fetch(0n, { isolationLevel: readCommitted })).batches.at(-1)?.isControl;
      for (let attempt = 0; (await look()) !== true; attempt++) {
        assert.ok(attempt < 150, 'it was not aborted');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.match(await producer.end(true), /^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/);
    }));

  test('a time-out over the maximum is refused', () =>
    withProducer(async (producer) => {
      assert.equal(await producer.init(2 ** 31 - 1), 'INVALID_TRANSACTION_TIMEOUT');
    }));

  test('partitions that do not exist keep the others out', () =>
    withProducer(async (producer, fixture) => {
      await producer.init();
      const answer = await fixture.client.send(api.addPartitions, 3, {
        v3AndBelowTransactionalId: producer.transactionalId,
        v3AndBelowProducerId: producer.producerId,
        v3AndBelowProducerEpoch: producer.producerEpoch,
        v3AndBelowTopics: [{ name: fixture.topic, partitions: [0, 9] }],
      });
      const errors = answer.resultsByTopicV3AndBelow[0]?.resultsByPartition.map((each) =>
        errorName(each.partitionErrorCode),
      );
      assert.deepEqual(errors?.sort(), ['OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_OR_PARTITION']);
    }));
}
