import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zeroUuid } from '../../src/wire/codec/primitives.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { produceRequest } from '../../src/wire/messages/00-produce.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../../src/wire/messages/02-list-offsets.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/wire/messages/20-delete-topics.ts';
import { describeConfigsRequest, describeConfigsResponse } from '../../src/wire/messages/32-describe-configs.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../src/wire/messages/44-incremental-alter-configs.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { errorName, Fixture, type Target, values } from './fixture.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const api = {
  offsets: { request: listOffsetsRequest, response: listOffsetsResponse },
  remove: { request: deleteTopicsRequest, response: deleteTopicsResponse },
  configs: { request: describeConfigsRequest, response: describeConfigsResponse },
  alter: { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
};
const operations = { set: 0, append: 2, subtract: 3 };
const topicResource = 2;

/** What brokers that are not Apache Kafka are known to get wrong and no other part of the contract has. */
export function pitfallsContract(target: () => Target): void {
  const withTopic = async (run: (fixture: Fixture) => Promise<void>): Promise<void> => {
    const fixture = await Fixture.open(target());
    try {
      await run(fixture);
    } finally {
      fixture.close();
    }
  };

  test('a record that wants no acknowledgement gets none, and is there', () =>
    withTopic(async (fixture) => {
      const unanswered = await Fixture.open(target());
      const firstFrame = unanswered.client.exchange(withoutAcknowledgement(fixture.topic));
      unanswered.client.exchange(apiVersions(77)).catch(() => {});
      assert.equal((await firstFrame).readInt32BE(0), 77, 'the first frame answers the second request');
      for (let attempt = 0; (await fixture.fetch(0n)).values.length === 0; attempt++) assert.ok(attempt < 1000);
      unanswered.close();
    }));

  test('the offsets before the log begins are asked for in the versions that know them', () =>
    withTopic(async (fixture) => {
      await fixture.produce(values('a', 'b'));
      const lookUp = async (timestamp: bigint, version: number) => {
        const partitions = [{ partitionIndex: 0, timestamp }];
        const request = { replicaId: -1, topics: [{ name: fixture.topic, partitions }] };
        const found = (await fixture.client.send(api.offsets, version, request)).topics[0]?.partitions[0];
        return found?.errorCode === 0 ? found.offset : errorName(found?.errorCode ?? -1);
      };
      assert.equal(await lookUp(-4n, 7), 'UNSUPPORTED_VERSION');
      assert.equal(await lookUp(-4n, 8), 0n);
      assert.equal(await lookUp(-5n, 8), 'UNSUPPORTED_VERSION');
      assert.equal(await lookUp(-5n, 9), -1n);
    }));

  test('a topic that is deleted within a transaction keeps neither its end nor the next one from coming', () =>
    withTopic(async (fixture) => {
      const doomed = await Fixture.open(target());
      const producer = new TransactionalProducer(fixture);
      await producer.init();
      assert.equal(await producer.add(), 'NONE');
      assert.equal(await producer.add(doomed.topic), 'NONE');
      assert.equal(await producer.send('kept'), 'NONE');
      const topics = [{ name: doomed.topic, topicId: zeroUuid }];
      const { responses } = await doomed.client.send(api.remove, 6, { topics, timeoutMs: 5000 });
      assert.equal(responses[0]?.errorCode, 0);
      assert.equal(await producer.end(true), 'NONE');
      assert.equal(await producer.add(), 'NONE');
      assert.equal(await producer.end(false), 'NONE');
      assert.deepEqual((await fixture.fetch(0n, { isolationLevel: 1 })).values, ['kept']);
      doomed.close();
    }));

  test('values are appended to a list config and taken from it', () =>
    withTopic(async (fixture) => {
      const change = async (configOperation: number, value: string) => {
        const configs = [{ name: 'cleanup.policy', configOperation, value }];
        const resources = [{ resourceType: topicResource, resourceName: fixture.topic, configs }];
        const answer = await fixture.client.send(api.alter, 1, { resources, validateOnly: false });
        return errorName(answer.responses[0]?.errorCode ?? -1);
      };
      const policy = async () => {
        const resources = [
          { resourceType: topicResource, resourceName: fixture.topic, configurationKeys: ['cleanup.policy'] },
        ];
        const answer = await fixture.client.send(api.configs, 4, { resources });
        return answer.results[0]?.configs[0]?.value?.split(',').sort().join();
      };
      const reached = async (wanted: string) => {
        for (let attempt = 0; (await policy()) !== wanted; attempt++) assert.ok(attempt < 1000, await policy());
      };
      assert.equal(await change(operations.append, 'compact'), 'NONE');
      await reached('compact,delete');
      assert.equal(await change(operations.subtract, 'delete'), 'NONE');
      await reached('compact');
    }));
}

/** Produce version 9 with acks=0, as a frame. */
function withoutAcknowledgement(topic: string): Buffer {
  const records = encodeBatch({ ...values('unacknowledged'), timestamp: BigInt(Date.now()) });
  const writer = new Writer();
  const length = writer.reserveInt32();
  writer.int16(0);
  writer.int16(9);
  writer.int32(76);
  writer.int16(-1);
  writer.unsignedVarint(0);
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
  produceRequest.encode(writer, { transactionalId: null, acks: 0, timeoutMs: 5000, topicData }, 9);
  length.set(writer.length - 4);
  return Buffer.concat(writer.finish());
}

/** ApiVersions version 0, as a frame. */
function apiVersions(correlationId: number): Buffer {
  const frame = Buffer.alloc(14);
  frame.writeInt32BE(10, 0);
  frame.writeInt16BE(18, 4);
  frame.writeInt32BE(correlationId, 8);
  frame.writeInt16BE(-1, 12);
  return frame;
}
