import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { electLeadersRequest, electLeadersResponse } from '../../src/wire/messages/43-elect-leaders.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../../src/wire/messages/45-alter-partition-reassignments.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../../src/wire/messages/46-list-partition-reassignments.ts';
import { describeQuorumRequest, describeQuorumResponse } from '../../src/wire/messages/55-describe-quorum.ts';
import { updateFeaturesRequest, updateFeaturesResponse } from '../../src/wire/messages/57-update-features.ts';
import { listTransactionsRequest, listTransactionsResponse } from '../../src/wire/messages/66-list-transactions.ts';
import { errorName, Fixture, type Target, uniqueName } from './fixture.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const api = {
  metadata: { request: metadataRequest, response: metadataResponse },
  elect: { request: electLeadersRequest, response: electLeadersResponse },
  reassign: { request: alterPartitionReassignmentsRequest, response: alterPartitionReassignmentsResponse },
  reassignments: { request: listPartitionReassignmentsRequest, response: listPartitionReassignmentsResponse },
  quorum: { request: describeQuorumRequest, response: describeQuorumResponse },
  features: { request: updateFeaturesRequest, response: updateFeaturesResponse },
  transactions: { request: listTransactionsRequest, response: listTransactionsResponse },
};

/** What any cluster of one node says about itself, and refuses. */
export function clusterContract(target: () => Target): void {
  const withTopic = async (run: (fixture: Fixture) => Promise<void>): Promise<void> => {
    const fixture = await Fixture.open(target());
    try {
      await run(fixture);
    } finally {
      fixture.close();
    }
  };
  const leaderOf = async ({ client, topic }: Fixture): Promise<number> => {
    const wanted = { topics: [{ name: topic }], allowAutoTopicCreation: false };
    return (await client.send(api.metadata, 12, wanted)).topics[0]?.partitions[0]?.leaderId ?? -1;
  };

  test('the metadata quorum has one voter, which leads it and has everything', () =>
    withTopic(async (fixture) => {
      const ask = async (topicName: string) => {
        const topics = [{ topicName, partitions: [{ partitionIndex: 0 }] }];
        const answer = await fixture.client.send(api.quorum, 2, { topics });
        const found = answer.topics[0]?.partitions[0];
        assert.ok(found);
        return { ...found, error: errorName(found.errorCode), nodes: answer.nodes };
      };
      const before = await ask('__cluster_metadata');
      assert.equal(before.error, 'NONE');
      assert.deepEqual(
        before.currentVoters.map(({ replicaId }) => replicaId),
        [before.leaderId],
      );
      assert.ok(before.nodes.some(({ nodeId, listeners }) => nodeId === before.leaderId && listeners.length > 0));
      await fixture.createTopic(uniqueName('another'));
      assert.ok((await ask('__cluster_metadata')).highWatermark > before.highWatermark);
      assert.equal((await ask(fixture.topic)).error, 'UNKNOWN_TOPIC_OR_PARTITION');
    }));

  test('a feature that nobody knows cannot be updated', () =>
    withTopic(async ({ client }) => {
      const update = { feature: 'no.such.feature', maxVersionLevel: 1, upgradeType: 1, allowDowngrade: false };
      for (const version of [0, 1, 2]) {
        const request = { featureUpdates: [update], validateOnly: false };
        const { errorCode, errorMessage } = await client.send(api.features, version, request);
        assert.equal(errorName(errorCode), 'INVALID_UPDATE_VERSION');
        assert.match(errorMessage ?? '', /no\.such\.feature/);
      }
      assert.equal((await client.send(api.features, 2, { featureUpdates: [], validateOnly: false })).errorCode, 0);
    }));

  test('there is nothing to elect where the leader leads, and nothing at all to list', () =>
    withTopic(async ({ client, topic }) => {
      const elect = async (topicPartitions: { topic: string; partitions: number[] }[] | null) => {
        const answer = await client.send(api.elect, 2, { electionType: 0, topicPartitions, timeoutMs: 5000 });
        const results = answer.replicaElectionResults.flatMap((each) => each.partitionResult);
        return results.map((each) => errorName(each.errorCode));
      };
      assert.deepEqual(await elect([{ topic, partitions: [0] }]), ['ELECTION_NOT_NEEDED']);
      assert.deepEqual(await elect([{ topic, partitions: [7] }]), ['UNKNOWN_TOPIC_OR_PARTITION']);
      assert.deepEqual(await elect(null), []);
    }));

  test('a partition is assigned to the one node that there is, or not at all', () =>
    withTopic(async (fixture) => {
      const { client, topic } = fixture;
      const nodeId = await leaderOf(fixture);
      const assign = async (replicas: number[] | null, partitionIndex = 0) => {
        const topics = [{ name: topic, partitions: [{ partitionIndex, replicas }] }];
        const { responses } = await client.send(api.reassign, 0, { topics, timeoutMs: 5000 });
        return errorName(responses[0]?.partitions[0]?.errorCode ?? -1);
      };
      assert.equal(await assign([nodeId]), 'NONE');
      assert.equal(await assign([nodeId + 77]), 'INVALID_REPLICA_ASSIGNMENT');
      assert.equal(await assign([]), 'INVALID_REPLICA_ASSIGNMENT');
      assert.equal(await assign(null), 'NO_REASSIGNMENT_IN_PROGRESS');
      assert.equal(await assign([nodeId], 7), 'UNKNOWN_TOPIC_OR_PARTITION');
      const { topics, errorCode } = await client.send(api.reassignments, 0, { topics: null, timeoutMs: 5000 });
      assert.deepEqual([errorCode, topics], [0, []]);
    }));

  test('transactions are listed by state, producer, age and name', () =>
    withTopic(async (fixture) => {
      const producer = new TransactionalProducer(fixture);
      await producer.init();
      const list = async (filter: {
        stateFilters?: string[];
        producerIdFilters?: bigint[];
        durationFilter?: bigint;
        transactionalIdPattern?: string;
      }) => {
        const body = { stateFilters: [], producerIdFilters: [], durationFilter: -1n, ...filter };
        const answer = await fixture.client.send(api.transactions, 2, body);
        if (answer.errorCode !== 0) return errorName(answer.errorCode);
        const found = answer.transactionStates.some((each) => each.transactionalId === producer.transactionalId);
        return found ? 'listed' : 'left out';
      };
      assert.equal(await list({}), 'listed');
      assert.equal(await list({ stateFilters: ['Empty'] }), 'listed');
      assert.equal(await list({ stateFilters: ['Ongoing'] }), 'left out');
      assert.equal(await list({ producerIdFilters: [producer.producerId] }), 'listed');
      assert.equal(await list({ producerIdFilters: [987_654_321n] }), 'left out');
      assert.equal(await list({ durationFilter: 3_600_000n }), 'listed', 'not open, and so since for ever');
      assert.equal(await producer.add(), 'NONE');
      assert.equal(await list({ durationFilter: 3_600_000n }), 'left out');
      assert.equal(await list({ transactionalIdPattern: `${producer.transactionalId.slice(0, 8)}.*` }), 'listed');
      assert.equal(await list({ transactionalIdPattern: producer.transactionalId.slice(0, 8) }), 'left out');
      assert.equal(await list({ transactionalIdPattern: '(' }), 'INVALID_REGULAR_EXPRESSION');
      assert.equal(await producer.end(false), 'NONE');
    }));

  test('a topic without a name, or asked for by id before ids were taken, is an invalid request', () =>
    withTopic(async ({ client, topic }) => {
      const ask = async (wanted: { name: string | null; topicId?: string }) => {
        const answer = await client.send(api.metadata, 11, { topics: [wanted], allowAutoTopicCreation: false });
        return errorName(answer.topics[0]?.errorCode ?? 0);
      };
      assert.equal(await ask({ name: null, topicId: 'AQEBAQEBAQEBAQEBAQEBAQ' }), 'INVALID_REQUEST');
      assert.equal(await ask({ name: topic, topicId: 'AQEBAQEBAQEBAQEBAQEBAQ' }), 'INVALID_REQUEST');
      assert.equal(await ask({ name: topic }), 'NONE');
    }));
}
