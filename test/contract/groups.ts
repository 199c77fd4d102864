import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumerProtocolSubscription } from '../../src/wire/consumer-protocol.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from '../../src/wire/messages/10-find-coordinator.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/wire/messages/11-join-group.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/wire/messages/12-heartbeat.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../../src/wire/messages/13-leave-group.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/wire/messages/14-sync-group.ts';
import { describeGroupsRequest, describeGroupsResponse } from '../../src/wire/messages/15-describe-groups.ts';
import { listGroupsRequest, listGroupsResponse } from '../../src/wire/messages/16-list-groups.ts';
import { deleteGroupsRequest, deleteGroupsResponse } from '../../src/wire/messages/42-delete-groups.ts';
import { encodeVersioned } from '../../src/wire/versioned.ts';
import { errorName, Fixture, type Target, uniqueName } from './fixture.ts';
import { RawClient } from './raw-client.ts';

const api = {
  join: { request: joinGroupRequest, response: joinGroupResponse },
  sync: { request: syncGroupRequest, response: syncGroupResponse },
  heartbeat: { request: heartbeatRequest, response: heartbeatResponse },
  leave: { request: leaveGroupRequest, response: leaveGroupResponse },
  commit: { request: offsetCommitRequest, response: offsetCommitResponse },
  fetch: { request: offsetFetchRequest, response: offsetFetchResponse },
  describe: { request: describeGroupsRequest, response: describeGroupsResponse },
  list: { request: listGroupsRequest, response: listGroupsResponse },
  remove: { request: deleteGroupsRequest, response: deleteGroupsResponse },
  find: { request: findCoordinatorRequest, response: findCoordinatorResponse },
};

/** What a consumer says of itself. Apache Kafka reads it, and never answers when it cannot. */
function subscription(userData: string): Buffer {
  const topics = ['some-topic'];
  return encodeVersioned(consumerProtocolSubscription, { topics, userData: Buffer.from(userData) }, 1);
}

/** A member with a connection of its own, since an answer to JoinGroup may take long. */
class Member {
  readonly client: RawClient;
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  memberId = '';
  generationId = -1;

  private constructor(client: RawClient, groupId: string, groupInstanceId: string | null) {
    this.client = client;
    this.groupId = groupId;
    this.groupInstanceId = groupInstanceId;
  }

  static async connect(target: Target, groupId: string, groupInstanceId: string | null = null): Promise<Member> {
    return new Member(await RawClient.connect(target.bootstrap), groupId, groupInstanceId);
  }

  async joinOnce(options: { protocolType?: string; protocols?: string[]; sessionTimeoutMs?: number } = {}) {
    const { protocolType = 'consumer', protocols = ['range'], sessionTimeoutMs = 10_000 } = options;
    const answer = await this.client.send(api.join, 7, {
      groupId: this.groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: 10_000,
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      protocolType,
      protocols: protocols.map((name) => ({ name, metadata: subscription(name) })),
    });
    if (answer.memberId !== '') this.memberId = answer.memberId;
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return { ...answer, error: errorName(answer.errorCode) };
  }

  /** Joins, as clients do, a second time when told the member id first. */
  async join(options: Parameters<Member['joinOnce']>[0] = {}) {
    const first = await this.joinOnce(options);
    return first.error === 'MEMBER_ID_REQUIRED' ? this.joinOnce(options) : first;
  }

  async sync(assignments: Record<string, string> = {}) {
    const answer = await this.client.send(api.sync, 4, {
      groupId: this.groupId,
      generationId: this.generationId,
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
    });
    return { error: errorName(answer.errorCode), assignment: answer.assignment.toString() };
  }

  async heartbeat(generationId = this.generationId) {
    const { groupId, memberId, groupInstanceId } = this;
    const answer = await this.client.send(api.heartbeat, 3, { groupId, generationId, memberId, groupInstanceId });
    return errorName(answer.errorCode);
  }

  async leave() {
    const { groupId, memberId, groupInstanceId } = this;
    const answer = await this.client.send(api.leave, 3, { groupId, members: [{ memberId, groupInstanceId }] });
    return errorName(answer.members[0]?.errorCode ?? answer.errorCode);
  }

  commit(topic: string, offset: bigint, options: Parameters<typeof commit>[2] = {}) {
    const { groupId, memberId, generationId } = this;
    return commit(this.client, { groupId, topic, offset }, { memberId, generationId, ...options });
  }
}

async function commit(
  client: RawClient,
  { groupId, topic, offset, partition = 0 }: { groupId: string; topic: string; offset: bigint; partition?: number },
  { memberId = '', generationId = -1, metadata = null as string | null, leaderEpoch = -1 } = {},
) {
  const answer = await client.send(api.commit, 7, {
    groupId,
    generationIdOrMemberEpoch: generationId,
    memberId,
    topics: [
      {
        name: topic,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: leaderEpoch,
            committedMetadata: metadata,
          },
        ],
      },
    ],
  });
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
}

async function committed(client: RawClient, groupId: string, topic: string, partition = 0) {
  const topics = [{ name: topic, partitionIndexes: [partition] }];
  const answer = await client.send(api.fetch, 7, { groupId, topics });
  const found = answer.topics[0]?.partitions[0];
  assert.ok(found);
  return { ...found, error: errorName(found.errorCode) };
}

/** The group coordinator may need a moment on a fresh cluster. */
async function readyCoordinator(client: RawClient, groupId: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await client.send(api.find, 4, { keyType: 0, coordinatorKeys: [groupId] });
    const found = await client.send(api.fetch, 7, { groupId, topics: null });
    if (answer.coordinators[0]?.errorCode === 0 && found.errorCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no coordinator');
}

/** What any Kafka broker does with classic consumer groups. */
export function groupsContract(target: () => Target): void {
  const withGroup = async (
    run: (parts: { fixture: Fixture; groupId: string; member(instance?: string): Promise<Member> }) => Promise<void>,
  ) => {
    const fixture = await Fixture.open(target(), { partitions: 2 });
    const groupId = uniqueName('group');
    const members: Member[] = [];
    const member = async (instance?: string) => {
      const made = await Member.connect(target(), groupId, instance ?? null);
      members.push(made);
      return made;
    };
    try {
      await readyCoordinator(fixture.client, groupId);
      await run({ fixture, groupId, member });
    } finally {
      for (const each of members) each.client.close();
      fixture.close();
    }
  };

  test('a member joins, gets its assignment, beats and leaves', () =>
    withGroup(async ({ member, fixture, groupId }) => {
      const one = await member();
      const first = await one.joinOnce();
      assert.equal(first.error, 'MEMBER_ID_REQUIRED');
      const joined = await one.join();
      assert.equal(joined.error, 'NONE');
      assert.equal(joined.leader, one.memberId);
      assert.equal(joined.protocolName, 'range');
      assert.deepEqual(joined.members[0]?.metadata, subscription('range'));
      assert.deepEqual(await one.sync({ [one.memberId]: 'all' }), { error: 'NONE', assignment: 'all' });
      assert.equal(await one.heartbeat(), 'NONE');
      assert.equal(await one.heartbeat(one.generationId - 1), 'ILLEGAL_GENERATION');
      const described = await fixture.client.send(api.describe, 5, { groups: [groupId] });
      assert.equal(described.groups[0]?.groupState, 'Stable');
      assert.equal(described.groups[0]?.members[0]?.memberAssignment.toString(), 'all');
      assert.equal(await one.leave(), 'NONE');
      assert.equal(await one.heartbeat(), 'UNKNOWN_MEMBER_ID');
    }));

  test('a second member makes both rejoin, and its leaving makes the first rejoin', () =>
    withGroup(async ({ member }) => {
      const one = await member();
      await one.join();
      await one.sync({ [one.memberId]: 'all' });
      const two = await member();
      const joining = two.join();
      await until(async () => (await one.heartbeat()) === 'REBALANCE_IN_PROGRESS');
      const again = await one.join();
      assert.equal(again.members.length, 2);
      const joined = await joining;
      assert.equal(joined.generationId, again.generationId);
      assert.deepEqual(joined.members, []);
      const waiting = two.sync();
      assert.equal((await one.sync({ [one.memberId]: 'left', [two.memberId]: 'right' })).assignment, 'left');
      assert.equal((await waiting).assignment, 'right');
      assert.equal(await two.leave(), 'NONE');
      assert.equal(await one.heartbeat(), 'REBALANCE_IN_PROGRESS');
      assert.equal((await one.join()).members.length, 1);
    }));

  test('members that come and go at the same time are never taken for strangers', () =>
    withGroup(async ({ member }) => {
      const answers: string[] = [];
      const generations = new Set<number>();
      const live = async (one: Member, rounds: number, next: () => void): Promise<void> => {
        let isFirst = true;
        for (let round = 0; round < rounds; round++) {
          const joined = await one.join();
          answers.push(joined.error);
          if (joined.error !== 'NONE') continue;
          const ids = joined.members.map(({ memberId }) => [memberId, 'some']);
          generations.add(joined.generationId);
          answers.push((await one.sync(Object.fromEntries(ids))).error, await one.heartbeat());
          if (isFirst) next();
          isFirst = false;
        }
        answers.push(await one.leave());
      };
      const lives: Promise<void>[] = [];
      // Each begins when the one before it has its first assignment, while all earlier ones go on.
      const begin = (left: number): void => {
        if (left > 0) lives.push(member().then((one) => live(one, 2 + left, () => begin(left - 1))));
      };
      begin(5);
      for (let ended = 0; ended < lives.length; ended++) await lives[ended];
      assert.equal(lives.length, 5);
      assert.ok(generations.size >= 5, `${generations.size} generations`);
      assert.ok(!answers.includes('UNKNOWN_MEMBER_ID'), answers.join());
    }));

  test('a member of another protocol type, or without a common protocol, is refused', () =>
    withGroup(async ({ member }) => {
      const one = await member();
      await one.join();
      await one.sync({ [one.memberId]: 'all' });
      const other = await member();
      assert.equal((await other.join({ protocolType: 'connect' })).error, 'INCONSISTENT_GROUP_PROTOCOL');
      assert.equal((await other.join({ protocols: ['sticky'] })).error, 'INCONSISTENT_GROUP_PROTOCOL');
    }));

  test('a session time-out outside the limits is refused', () =>
    withGroup(async ({ member }) => {
      assert.equal((await (await member()).join({ sessionTimeoutMs: 10 })).error, 'INVALID_SESSION_TIMEOUT');
    }));

  test('a member that the group does not know is told so', () =>
    withGroup(async ({ member }) => {
      const one = await member();
      one.memberId = 'made-up';
      assert.equal((await one.join()).error, 'UNKNOWN_MEMBER_ID');
      assert.equal(await one.heartbeat(), 'UNKNOWN_MEMBER_ID');
      assert.equal((await one.sync()).error, 'UNKNOWN_MEMBER_ID');
    }));

  test('a static member comes back without a rebalance, and its predecessor is fenced', () =>
    withGroup(async ({ member }) => {
      const one = await member('camera-1');
      await one.join();
      await one.sync({ [one.memberId]: 'all' });
      const { generationId } = one;
      const restarted = await member('camera-1');
      const joined = await restarted.join();
      assert.equal(joined.error, 'NONE');
      assert.equal(joined.generationId, generationId);
      assert.equal((await restarted.sync()).assignment, 'all');
      assert.equal(await one.heartbeat(), 'FENCED_INSTANCE_ID');
    }));

  test('committed offsets come back with metadata and leader epoch', () =>
    withGroup(async ({ fixture, groupId }) => {
      const { client, topic } = fixture;
      assert.equal(
        await commit(client, { groupId, topic, offset: 42n }, { metadata: 'so far', leaderEpoch: 0 }),
        'NONE',
      );
      const found = await committed(client, groupId, topic);
      assert.deepEqual([found.committedOffset, found.metadata, found.committedLeaderEpoch], [42n, 'so far', 0]);
      assert.equal((await committed(client, groupId, topic, 1)).committedOffset, -1n);
    }));

  test('a group that does not exist has offset −1 and no error', () =>
    withGroup(async ({ fixture }) => {
      const found = await committed(fixture.client, uniqueName('nobody'), fixture.topic);
      assert.deepEqual([found.committedOffset, found.error, found.metadata], [-1n, 'NONE', '']);
    }));

  test('commits are checked against members and generations', () =>
    withGroup(async ({ member, fixture, groupId }) => {
      const { client, topic } = fixture;
      assert.equal(
        await commit(client, { groupId, topic, offset: 1n }, { generationId: 3, memberId: 'x' }),
        'ILLEGAL_GENERATION',
      );
      const one = await member();
      await one.join();
      assert.equal(await one.commit(topic, 1n), 'REBALANCE_IN_PROGRESS');
      await one.sync({ [one.memberId]: 'all' });
      assert.equal(await one.commit(topic, 1n), 'NONE');
      assert.equal(await one.commit(topic, 1n, { generationId: one.generationId + 1 }), 'ILLEGAL_GENERATION');
      assert.equal(await commit(client, { groupId, topic, offset: 1n }), 'UNKNOWN_MEMBER_ID');
      assert.equal(await one.commit(topic, 2n, { metadata: 'x'.repeat(5000) }), 'OFFSET_METADATA_TOO_LARGE');
      assert.equal((await committed(client, groupId, topic)).committedOffset, 1n);
    }));

  test('commits are taken from members while a rebalance begins', () =>
    withGroup(async ({ member, fixture }) => {
      const one = await member();
      await one.join();
      await one.sync({ [one.memberId]: 'all' });
      const two = await member();
      const joining = two.join();
      await until(async () => (await one.heartbeat()) === 'REBALANCE_IN_PROGRESS');
      assert.equal(await one.commit(fixture.topic, 7n), 'NONE');
      await one.join();
      await joining;
    }));

  test('a commit for a topic that does not exist is refused', () =>
    withGroup(async ({ fixture, groupId }) => {
      const error = await commit(fixture.client, { groupId, topic: 'no-such-topic', offset: 1n });
      assert.equal(error, 'UNKNOWN_TOPIC_OR_PARTITION');
    }));

  test('groups are listed, and deleted only when nobody is in them', () =>
    withGroup(async ({ member, fixture, groupId }) => {
      const { client, topic } = fixture;
      const remove = async () => {
        const answer = await client.send(api.remove, 1, { groupsNames: [groupId] });
        return errorName(answer.results[0]?.errorCode ?? -1);
      };
      assert.equal(await remove(), 'GROUP_ID_NOT_FOUND');
      const one = await member();
      await one.join();
      await one.sync({ [one.memberId]: 'all' });
      await one.commit(topic, 5n);
      const listed = await client.send(api.list, 4, { statesFilter: ['Stable'] });
      assert.equal(listed.groups.find((group) => group.groupId === groupId)?.protocolType, 'consumer');
      assert.equal(await remove(), 'NON_EMPTY_GROUP');
      await one.leave();
      assert.equal(await remove(), 'NONE');
      assert.equal((await committed(client, groupId, topic)).committedOffset, -1n);
    }));

  test('a group that does not exist is described as dead', () =>
    withGroup(async ({ fixture }) => {
      const answer = await fixture.client.send(api.describe, 5, { groups: [uniqueName('nobody')] });
      assert.equal(answer.groups[0]?.groupState, 'Dead');
      assert.equal(answer.groups[0]?.errorCode, 0);
    }));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await isTrue()); attempt++) {
    assert.ok(attempt < 200, 'it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
