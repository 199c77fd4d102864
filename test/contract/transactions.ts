import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { writeTxnMarkersRequest, writeTxnMarkersResponse } from '../../src/wire/messages/27-write-txn-markers.ts';
import { errorName, Fixture, type Target, uniqueName } from './fixture.ts';
import type { RawClient } from './raw-client.ts';
import { patiently, TransactionalProducer } from './transactional-producer.ts';

const api = {
  markers: { request: writeTxnMarkersRequest, response: writeTxnMarkersResponse },
  init: { request: initProducerIdRequest, response: initProducerIdResponse },
  addPartitions: { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse },
  fetchOffsets: { request: offsetFetchRequest, response: offsetFetchResponse },
};
const readCommitted = 1;

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

  test('a producer that a later one has fenced does not come back by naming its id', () =>
    withProducer(async (first) => {
      await first.init();
      const second = new TransactionalProducer(first.fixture, first.transactionalId);
      assert.equal(await second.init(), 'NONE');
      const { transactionalId, producerId, producerEpoch } = first;
      const request = { transactionalId, transactionTimeoutMs: 60_000, producerId, producerEpoch };
      const ask = async () => errorName((await first.client.send(api.init, 4, request)).errorCode);
      assert.equal(await patiently(ask), 'PRODUCER_FENCED');
    }));

  test('a producer that names its id gets the next epoch, and the same answer when it has to ask again', () =>
    withProducer(async (producer) => {
      await producer.init();
      const { transactionalId, producerId, producerEpoch } = producer;
      const request = { transactionalId, transactionTimeoutMs: 60_000, producerId, producerEpoch };
      for (let attempt = 0; attempt < 2; attempt++) {
        const answer = await producer.client.send(api.init, 4, request);
        assert.equal(errorName(answer.errorCode), 'NONE');
        assert.deepEqual([answer.producerId, answer.producerEpoch], [producerId, producerEpoch + 1]);
      }
    }));

  test('a write to a partition that is not part of the transaction is refused', () =>
    withProducer(async (producer) => {
      await producer.init();
      assert.match(await producer.send('stray'), /^(INVALID_TXN_STATE|TRANSACTION_ABORTABLE)$/);
    }));

  test('a transaction is ended by hand in one partition, and its coordinator may end it afterwards', () =>
    withProducer(async (producer, fixture) => {
      await producer.init();
      await producer.add();
      await producer.send('given up');
      const { producerId, producerEpoch } = producer;
      const write = async (name: string) => {
        const topics = [{ name, partitionIndexes: [0] }];
        const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch: 0 };
        const { markers } = await fixture.client.send(api.markers, 1, { markers: [marker] });
        return errorName(markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1);
      };
      assert.equal(await write(uniqueName('missing')), 'UNKNOWN_TOPIC_OR_PARTITION');
      assert.equal(await write(fixture.topic), 'NONE');
      const committed = await fixture.fetch(0n, { isolationLevel: readCommitted });
      assert.deepEqual(committed.abortedTransactions, [{ producerId, firstOffset: 0n }]);
      assert.equal(committed.lastStableOffset, 2n);
      assert.equal(await producer.end(false), 'NONE');
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
  test('partitions of several transactions are added in one request, and looked up without being added', () =>
    withProducer(async (first, fixture) => {
      const second = new TransactionalProducer(fixture);
      await first.init();
      await second.init();
      const ask = async (verifyOnly: boolean, version: number) => {
        const transactions = [first, second].map(({ transactionalId, producerId, producerEpoch }, i) => {
          const partitions = [{ name: fixture.topic, partitions: i === 0 ? [0] : [0, 9] }];
          return { transactionalId, producerId, producerEpoch, verifyOnly, topics: partitions };
        });
        const answer = await fixture.client.send(api.addPartitions, version, { transactions });
        return [first, second].map(({ transactionalId }) => {
          const found = answer.resultsByTransaction.find((each) => each.transactionalId === transactionalId);
          return found?.topicResults[0]?.resultsByPartition.map((each) => errorName(each.partitionErrorCode)).sort();
        });
      };
      const missing = ['OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_OR_PARTITION'];
      assert.deepEqual(await ask(true, 5), [['TRANSACTION_ABORTABLE'], missing]);
      assert.deepEqual(await ask(true, 4), [['TRANSACTION_ABORTABLE'], missing]);
      assert.deepEqual(await ask(false, 5), [['NONE'], missing]);
      assert.deepEqual(await ask(true, 5), [['NONE'], missing]);
      assert.equal(await first.end(false), 'NONE');
    }));
}
