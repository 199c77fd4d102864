import assert from 'node:assert/strict';
import { findCoordinatorRequest, findCoordinatorResponse } from '../../src/wire/messages/10-find-coordinator.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from '../../src/wire/messages/25-add-offsets-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/wire/messages/26-end-txn.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/wire/messages/28-txn-offset-commit.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { errorName, type Fixture, uniqueName, values } from './fixture.ts';
import type { RawClient } from './raw-client.ts';

const api = {
  find: { request: findCoordinatorRequest, response: findCoordinatorResponse },
  init: { request: initProducerIdRequest, response: initProducerIdResponse },
  addPartitions: { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse },
  addOffsets: { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse },
  end: { request: endTxnRequest, response: endTxnResponse },
  commitOffsets: { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse },
};

/** Repeats while the broker is busy with the transaction before, as clients do. */
export async function patiently(ask: () => Promise<string>): Promise<string> {
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

/** A producer whose steps are taken one by one, so that tests see how each is answered. */
export class TransactionalProducer {
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
      // A fresh cluster makes the coordinator's topic when it is asked for.
      await this.client.send(api.find, 4, { keyType: 1, coordinatorKeys: [transactionalId] });
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
