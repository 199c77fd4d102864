import { type ErrorName, errorAnswer } from '../../src/wire/error-codes.ts';
import { produceRequest, produceResponse } from '../../src/wire/messages/00-produce.ts';
import { fetchRequest, fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { createTopicsRequest, createTopicsResponse } from '../../src/wire/messages/19-create-topics.ts';
import { recordBatches } from '../../src/wire/record-batch.ts';
import { batchRecords, encodeBatch, type NewBatch } from '../../src/wire/records.ts';
import { RawClient } from './raw-client.ts';

/** A broker under test, whoever made it. */
export interface Target {
  bootstrap: string;
}

export const errorName = (code: number): ErrorName => errorAnswer(code).name;

let lastName = 0;
/** A name that no other test and no other run uses. */
export function uniqueName(what: string): string {
  return `${what}-${process.pid}-${Date.now().toString(36)}-${++lastName}`;
}

/** A connection and a topic of its own for one test. */
export class Fixture {
  readonly client: RawClient;
  readonly topic: string;

  private constructor(client: RawClient, topic: string) {
    this.client = client;
    this.topic = topic;
  }

  static async open(
    target: Target,
    options: { partitions?: number; configs?: Record<string, string> } = {},
  ): Promise<Fixture> {
    const client = await RawClient.connect(target.bootstrap);
    const fixture = new Fixture(client, uniqueName('topic'));
    await fixture.createTopic(fixture.topic, options);
    return fixture;
  }

  /** A topic that is there, over a connection that is open. */
  static over(client: RawClient, topic: string): Fixture {
    return new Fixture(client, topic);
  }

  async createTopic(
    name: string,
    { partitions = 1, configs = {} }: { partitions?: number; configs?: Record<string, string> } = {},
  ): Promise<ErrorName> {
    const { topics } = await this.client.send({ request: createTopicsRequest, response: createTopicsResponse }, 7, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    const error = errorName(topics[0]?.errorCode ?? -1);
    if (error === 'NONE') await this.#waitForLeader(name, partitions);
    return error;
  }

  /** A cluster may need a moment until a new topic can be used. */
  async #waitForLeader(name: string, partitions: number): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { topics } = await this.client.send({ request: metadataRequest, response: metadataResponse }, 12, {
        topics: [{ name }],
        allowAutoTopicCreation: false,
      });
      const found = topics[0]?.partitions ?? [];
      const haveLeaders =
        found.length === partitions && found.every((each) => each.leaderId >= 0 && each.errorCode === 0);
      if (haveLeaders && (await this.#isServed(name, partitions))) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${name} got no leaders`);
  }

  async #isServed(topic: string, partitions: number): Promise<boolean> {
    for (let partition = 0; partition < partitions; partition++) {
      if ((await this.fetch(0n, { topic, partition })).error !== 'NONE') return false;
    }
    return true;
  }

  /** Produces one batch and returns the answer for its partition. */
  async produce(
    batch: NewBatch | Buffer,
    { partition = 0, topic = this.topic, version = 9, acks = -1, transactionalId = null as string | null } = {},
  ) {
    const records = Buffer.isBuffer(batch) ? batch : encodeBatch({ timestamp: BigInt(Date.now()), ...batch });
    const { responses } = await this.client.send({ request: produceRequest, response: produceResponse }, version, {
      transactionalId,
      acks,
      timeoutMs: 5000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
    const answer = responses[0]?.partitionResponses[0];
    if (answer === undefined) throw new Error('no answer for the partition');
    return { ...answer, error: errorName(answer.errorCode) };
  }

  /** Fetches from one partition and returns the answer with its batches and values. */
  async fetch(
    offset: bigint,
    { partition = 0, topic = this.topic, maxBytes = 1_000_000, maxWaitMs = 0, minBytes = 1, isolationLevel = 0 } = {},
  ) {
    const { responses } = await this.client.send({ request: fetchRequest, response: fetchResponse }, 12, {
      maxWaitMs,
      minBytes,
      maxBytes,
      isolationLevel,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: maxBytes }] }],
    });
    const answer = responses[0]?.partitions[0];
    if (answer === undefined) throw new Error('no answer for the partition');
    const batches = [...recordBatches(completeBatches(answer.records ?? Buffer.alloc(0)))];
    const values = batches
      .filter((batch) => !batch.isControl)
      .flatMap((batch) => [...batchRecords(batch)].map((record) => record.value?.toString() ?? null));
    return { ...answer, error: errorName(answer.errorCode), batches, values };
  }

  close(): void {
    this.client.close();
  }
}

/** Apache Kafka may cut the last batch of an answer; clients leave such a rest alone. */
function completeBatches(records: Buffer): Buffer {
  let end = 0;
  while (end + 12 <= records.length) {
    const next = end + 12 + records.readInt32BE(end + 8);
    if (next > records.length) break;
    end = next;
  }
  return records.subarray(0, end);
}

export function values(...texts: string[]): { records: { value: Buffer }[] } {
  return { records: texts.map((text) => ({ value: Buffer.from(text) })) };
}
