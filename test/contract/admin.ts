import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zeroUuid } from '../../src/wire/codec/primitives.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { createTopicsRequest, createTopicsResponse } from '../../src/wire/messages/19-create-topics.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/wire/messages/20-delete-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/wire/messages/21-delete-records.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../../src/wire/messages/23-offset-for-leader-epoch.ts';
import { describeConfigsRequest, describeConfigsResponse } from '../../src/wire/messages/32-describe-configs.ts';
import { createPartitionsRequest, createPartitionsResponse } from '../../src/wire/messages/37-create-partitions.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../src/wire/messages/44-incremental-alter-configs.ts';
import { describeClusterRequest, describeClusterResponse } from '../../src/wire/messages/60-describe-cluster.ts';
import { errorName, Fixture, type Target, uniqueName, values } from './fixture.ts';

const api = {
  create: { request: createTopicsRequest, response: createTopicsResponse },
  remove: { request: deleteTopicsRequest, response: deleteTopicsResponse },
  deleteRecords: { request: deleteRecordsRequest, response: deleteRecordsResponse },
  configs: { request: describeConfigsRequest, response: describeConfigsResponse },
  grow: { request: createPartitionsRequest, response: createPartitionsResponse },
  alter: { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
  cluster: { request: describeClusterRequest, response: describeClusterResponse },
  epoch: { request: offsetForLeaderEpochRequest, response: offsetForLeaderEpochResponse },
  metadata: { request: metadataRequest, response: metadataResponse },
};
const topicResource = 2;

interface Wanted {
  name: string;
  numPartitions?: number;
  replicationFactor?: number;
  configs?: { name: string; value: string | null }[];
}

/** What any Kafka broker does with topics, partitions and configs. */
export function adminContract(target: () => Target): void {
  const withTopic = async (
    run: (fixture: Fixture) => Promise<void>,
    options?: Parameters<typeof Fixture.open>[1],
  ): Promise<void> => {
    const fixture = await Fixture.open(target(), options);
    try {
      await run(fixture);
    } finally {
      fixture.close();
    }
  };
  const create = async (fixture: Fixture, wanted: Wanted, validateOnly = false) => {
    const topic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...wanted };
    const { topics } = await fixture.client.send(api.create, 7, { topics: [topic], validateOnly });
    const [answer] = topics;
    assert.ok(answer);
    return { ...answer, error: errorName(answer.errorCode) };
  };

  test('names that Kafka does not allow are refused', () =>
    withTopic(async (fixture) => {
      for (const name of ['', '.', '..', 'with space', 'ünïcode', 'x'.repeat(250)]) {
        assert.equal((await create(fixture, { name })).error, 'INVALID_TOPIC_EXCEPTION', JSON.stringify(name));
      }
    }));

  test('a name that collides with another one by dots and underscores is refused', () =>
    withTopic(async (fixture) => {
      const name = uniqueName('dotted.name');
      assert.equal((await create(fixture, { name })).error, 'NONE');
      assert.equal((await create(fixture, { name })).error, 'TOPIC_ALREADY_EXISTS');
      assert.equal((await create(fixture, { name: name.replace('.', '_') })).error, 'INVALID_TOPIC_EXCEPTION');
    }));

  test('partitions, replicas and configs out of bounds are refused', () =>
    withTopic(async (fixture) => {
      const name = uniqueName('refused');
      assert.equal((await create(fixture, { name, numPartitions: 0 })).error, 'INVALID_PARTITIONS');
      assert.equal((await create(fixture, { name, replicationFactor: 9 })).error, 'INVALID_REPLICATION_FACTOR');
      assert.equal((await create(fixture, { name, replicationFactor: 0 })).error, 'INVALID_REPLICATION_FACTOR');
      const config = (key: string, value: string) => create(fixture, { name, configs: [{ name: key, value }] });
      assert.equal((await config('retention.ms', 'soon')).error, 'INVALID_CONFIG');
      assert.equal((await config('no.such.config', '1')).error, 'INVALID_CONFIG');
      assert.equal((await config('cleanup.policy', 'shred')).error, 'INVALID_CONFIG');
    }));

  test('validating only creates nothing', () =>
    withTopic(async (fixture) => {
      const name = uniqueName('tried');
      assert.equal((await create(fixture, { name }, true)).error, 'NONE');
      const { topics } = await fixture.client.send(api.metadata, 12, {
        topics: [{ name }],
        allowAutoTopicCreation: false,
      });
      assert.equal(errorName(topics[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_OR_PARTITION');
    }));

  test('the defaults for partitions and replicas are asked for with −1', () =>
    withTopic(async (fixture) => {
      const answer = await create(fixture, { name: uniqueName('default'), numPartitions: -1, replicationFactor: -1 });
      assert.equal(answer.error, 'NONE');
      assert.ok(answer.numPartitions >= 1);
      assert.ok(answer.replicationFactor >= 1);
    }));

  test('deleting a topic that does not exist is an error, by name and by id', () =>
    withTopic(async (fixture) => {
      const remove = async (name: string | null, topicId = zeroUuid) => {
        const { responses } = await fixture.client.send(api.remove, 6, {
          topics: [{ name, topicId }],
          timeoutMs: 1000,
        });
        return errorName(responses[0]?.errorCode ?? 0);
      };
      assert.equal(await remove(uniqueName('missing')), 'UNKNOWN_TOPIC_OR_PARTITION');
      assert.equal(await remove(null, 'AQEBAQEBAQEBAQEBAQEBAQ'), 'UNKNOWN_TOPIC_ID');
    }));

  test('a topic gets more partitions, never fewer, and every topic of the request is answered', () =>
    withTopic(async (fixture) => {
      const grow = async (...wanted: [string, number][]) => {
        const topics = wanted.map(([name, count]) => ({ name, count, assignments: null }));
        const { results } = await fixture.client.send(api.grow, 3, { topics, timeoutMs: 5000, validateOnly: false });
        return wanted.map(([name]) => errorName(results.find((each) => each.name === name)?.errorCode ?? -1));
      };
      assert.deepEqual(await grow([fixture.topic, 3], ['no-such-topic', 2]), ['NONE', 'UNKNOWN_TOPIC_OR_PARTITION']);
      assert.deepEqual(await grow([fixture.topic, 2]), ['INVALID_PARTITIONS']);
      assert.deepEqual(await grow([fixture.topic, 3]), ['INVALID_PARTITIONS']);
      for (let attempt = 0; (await fixture.produce(values('x'), { partition: 2 })).error !== 'NONE'; attempt++) {
        assert.ok(attempt < 100);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }));

  test('records before an offset are deleted, and offsets outside the log refused', () =>
    withTopic(async (fixture) => {
      for (const text of ['a', 'b', 'c']) await fixture.produce(values(text));
      const deleteBefore = async (offset: bigint) => {
        const { topics } = await fixture.client.send(api.deleteRecords, 2, {
          topics: [{ name: fixture.topic, partitions: [{ partitionIndex: 0, offset }] }],
          timeoutMs: 5000,
        });
        const answer = topics[0]?.partitions[0];
        return answer?.errorCode === 0 ? answer.lowWatermark : errorName(answer?.errorCode ?? -1);
      };
      assert.equal(await deleteBefore(2n), 2n);
      assert.equal((await fixture.fetch(0n)).error, 'OFFSET_OUT_OF_RANGE');
      assert.deepEqual((await fixture.fetch(2n)).values, ['c']);
      assert.equal(await deleteBefore(9n), 'OFFSET_OUT_OF_RANGE');
      assert.equal(await deleteBefore(-1n), 3n);
    }));

  test('configs come with source, synonyms, type and documentation', () =>
    withTopic(
      async (fixture) => {
        const { results } = await fixture.client.send(api.configs, 4, {
          resources: [{ resourceType: topicResource, resourceName: fixture.topic, configurationKeys: null }],
          includeSynonyms: true,
          includeDocumentation: true,
        });
        const configs = results[0]?.configs ?? [];
        const largest = configs.find(({ name }) => name === 'max.message.bytes');
        assert.equal(largest?.value, '1000');
        assert.equal(largest?.configSource, 1);
        assert.equal(largest?.configType, 3);
        assert.ok((largest?.documentation ?? '').length > 10);
        assert.deepEqual(
          largest?.synonyms.map(({ name }) => name),
          ['max.message.bytes', 'message.max.bytes'],
        );
        const segment = configs.find(({ name }) => name === 'segment.bytes');
        assert.equal(segment?.configSource, 5);
        assert.deepEqual(
          segment?.synonyms.map(({ source }) => source),
          [5],
        );
      },
      { configs: { 'max.message.bytes': '1000' } },
    ));

  test('a config that is wrong, or appended to without being a list, changes nothing', () =>
    withTopic(async (fixture) => {
      const alter = async (name: string, configOperation: number, value: string | null) => {
        const { responses } = await fixture.client.send(api.alter, 1, {
          resources: [
            { resourceType: topicResource, resourceName: fixture.topic, configs: [{ name, configOperation, value }] },
          ],
          validateOnly: false,
        });
        return errorName(responses[0]?.errorCode ?? -1);
      };
      assert.equal(await alter('retention.ms', 0, '-5'), 'INVALID_CONFIG');
      assert.equal(await alter('retention.ms', 2, '5'), 'INVALID_CONFIG');
      assert.equal(await alter('retention.ms', 0, '5'), 'NONE');
    }));

  test('configs of a topic that does not exist are an error', () =>
    withTopic(async (fixture) => {
      const { results } = await fixture.client.send(api.configs, 4, {
        resources: [{ resourceType: topicResource, resourceName: 'no-such-topic', configurationKeys: null }],
      });
      assert.equal(errorName(results[0]?.errorCode ?? 0), 'UNKNOWN_TOPIC_OR_PARTITION');
    }));

  test('a leader epoch ends where the log does, and a newer one is not known', () =>
    withTopic(async (fixture) => {
      const { topics } = await fixture.client.send(api.metadata, 12, {
        topics: [{ name: fixture.topic }],
        allowAutoTopicCreation: false,
      });
      const leaderEpoch = topics[0]?.partitions[0]?.leaderEpoch ?? -1;
      await fixture.produce(values('a', 'b'));
      const ask = async (currentLeaderEpoch: number) => {
        const answer = await fixture.client.send(api.epoch, 4, {
          topics: [{ topic: fixture.topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }],
        });
        const found = answer.topics[0]?.partitions[0];
        return found?.errorCode === 0 ? found.endOffset : errorName(found?.errorCode ?? -1);
      };
      assert.equal(await ask(leaderEpoch), 2n);
      assert.equal(await ask(leaderEpoch + 1), 'UNKNOWN_LEADER_EPOCH');
    }));

  test('the cluster is described with an address that can be connected to', () =>
    withTopic(async (fixture) => {
      const answer = await fixture.client.send(api.cluster, 1, { includeClusterAuthorizedOperations: true });
      assert.equal(answer.errorCode, 0);
      assert.ok(answer.clusterId.length > 0);
      assert.ok(answer.brokers.some(({ host, port }) => target().bootstrap.includes(`${host}:${port}`)));
    }));
}
