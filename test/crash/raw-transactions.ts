import { setTimeout as delay } from 'node:timers/promises';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnRequest, addOffsetsToTxnResponse } from '../../src/wire/messages/25-add-offsets-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/wire/messages/26-end-txn.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/wire/messages/28-txn-offset-commit.ts';
import { errorName, Fixture } from '../contract/fixture.ts';
import type { RawClient } from '../contract/raw-client.ts';

const api = {
  init: { request: initProducerIdRequest, response: initProducerIdResponse },
  addPartitions: { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse },
  addOffsets: { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse },
  commitOffsets: { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse },
  end: { request: endTxnRequest, response: endTxnResponse },
  fetchOffsets: { request: offsetFetchRequest, response: offsetFetchResponse },
};
const busyPauseMs = 10;
/** How often a busy broker is asked again. */
const defaultPatience = 1000;

/** Transactions over one connection, request by request. Every error of the broker rejects, but being busy is waited for. */
export class RawTransactions {
  readonly #client: RawClient;
  readonly #transactionalId: string;
  #producer = { producerId: -1n, producerEpoch: -1 };
  /** Next sequence number by topic and partition. */
  readonly #sequences = new Map<string, number>();
  readonly #patience: number;

  constructor(client: RawClient, transactionalId: string, patience = defaultPatience) {
    this.#client = client;
    this.#transactionalId = transactionalId;
    this.#patience = patience;
  }

  close(): void {
    this.#client.close();
  }

  /** Takes over the transactional id: what an earlier producer left open is aborted. */
  begin(): Promise<void> {
    return this.#patiently(async () => {
      const request = { transactionalId: this.#transactionalId, transactionTimeoutMs: 60_000 };
      const { errorCode, producerId, producerEpoch } = await this.#client.send(api.init, 4, request);
      this.#producer = { producerId, producerEpoch };
      return errorCode;
    });
  }

  addPartition(topic: string, partition: number): Promise<void> {
    return this.#patiently(async () => {
      const answer = await this.#client.send(api.addPartitions, 3, {
        v3AndBelowTransactionalId: this.#transactionalId,
        v3AndBelowProducerId: this.#producer.producerId,
        v3AndBelowProducerEpoch: this.#producer.producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
      });
      return answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
    });
  }

  /** @returns the offset of the first record */
  async send(topic: string, partition: number, values: readonly string[]): Promise<bigint> {
    const transactionalId = this.#transactionalId;
    const key = `${topic}/${partition}`;
    const baseSequence = this.#sequences.get(key) ?? 0;
    const records = values.map((value) => ({ value: Buffer.from(value) }));
    const batch = { records, ...this.#producer, baseSequence, isTransactional: true };
    const answer = await Fixture.over(this.#client, topic).produce(batch, { partition, transactionalId });
    if (answer.error !== 'NONE') throw new Error(answer.error);
    this.#sequences.set(key, baseSequence + values.length);
    return answer.baseOffset;
  }

  async commitOffset(
    groupId: string,
    { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
  ): Promise<void> {
    const who = { transactionalId: this.#transactionalId, groupId, ...this.#producer };
    await this.#patiently(async () => (await this.#client.send(api.addOffsets, 3, who)).errorCode);
    const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }];
    await this.#patiently(async () => {
      const request = { ...who, memberId: '', topics: [{ name: topic, partitions }] };
      const answer = await this.#client.send(api.commitOffsets, 3, request);
      return answer.topics[0]?.partitions[0]?.errorCode;
    });
  }

  end(committed: boolean): Promise<void> {
    const request = { transactionalId: this.#transactionalId, ...this.#producer, committed };
    return this.#patiently(async () => (await this.#client.send(api.end, 3, request)).errorCode);
  }

  /** Where to read on, once no open transaction can change it: 0 without a committed offset. */
  async committedOffsets(groupId: string, topic: string, partitions: readonly number[]): Promise<Map<number, bigint>> {
    const offsets = new Map<number, bigint>();
    await this.#patiently(async () => {
      const topics = [{ name: topic, partitionIndexes: [...partitions] }];
      const answer = await this.#client.send(api.fetchOffsets, 7, { groupId, topics, requireStable: true });
      const found = answer.topics[0]?.partitions ?? [];
      for (const { partitionIndex, committedOffset } of found) {
        offsets.set(partitionIndex, committedOffset < 0n ? 0n : committedOffset);
      }
      return found.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0;
    });
    return offsets;
  }

  /** Asks until the broker is not busy with an earlier transaction. @throws any other error of the broker */
  async #patiently(ask: () => Promise<number | undefined>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const error = errorName((await ask()) ?? -1);
      if (error === 'NONE') return;
      const isBusy = error === 'CONCURRENT_TRANSACTIONS' || error === 'UNSTABLE_OFFSET_COMMIT';
      if (!isBusy || attempt >= this.#patience) throw new Error(error);
      await delay(busyPauseMs);
    }
  }
}
