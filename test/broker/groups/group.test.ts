import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Group } from '../../../src/broker/groups/group.ts';
import { checkCommit } from '../../../src/broker/groups/sync.ts';
import { defaultSettings, GroupDriver } from './group-driver.ts';

/** A stable group of two; the first one leads. */
function stablePair(driver = new GroupDriver()): GroupDriver {
  driver.join();
  driver.wait(0);
  driver.join();
  driver.join({ memberId: 'member-1' });
  shareOut(driver);
  assert.equal(driver.group.state, 'Stable');
  return driver;
}

/** Every member of the generation asks for its assignment; each gets its own name as one. */
function shareOut(driver: GroupDriver): number[] {
  const ids = [...driver.group.members.keys()];
  const assignments = ids.map((memberId) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) }));
  return ids.map((memberId) =>
    driver.sync(memberId, { assignments: memberId === driver.group.leader ? assignments : [] }),
  );
}

test('a lone member leads a generation of its own and gets what it assigned itself', () => {
  const driver = new GroupDriver();
  const joined = driver.join();
  driver.wait(0);
  assert.equal(driver.joins.get(joined)?.error, 'NONE');
  assert.equal(driver.joins.get(joined)?.leader, 'member-1');
  assert.deepEqual(
    driver.joins.get(joined)?.members.map((member) => member.memberId),
    ['member-1'],
  );
  const [synced = -1] = shareOut(driver);
  assert.equal(driver.syncs.get(synced)?.assignment.toString(), 'for member-1');
  assert.equal(driver.group.state, 'Stable');
});

test('from JoinGroup 4 on a new member is told its id first and joins with it', () => {
  const driver = new GroupDriver();
  const first = driver.join({ requiresKnownMemberId: true });
  assert.equal(driver.joins.get(first)?.error, 'MEMBER_ID_REQUIRED');
  const memberId = driver.joins.get(first)?.memberId ?? '';
  const second = driver.join({ requiresKnownMemberId: true, memberId });
  driver.wait(0);
  assert.equal(driver.joins.get(second)?.error, 'NONE');
  assert.equal(driver.joins.get(second)?.memberId, memberId);
});

test('an id that was given out and never used is forgotten after the session time-out', () => {
  const driver = new GroupDriver();
  driver.join({ requiresKnownMemberId: true });
  driver.wait(10_001);
  const late = driver.join({ memberId: 'member-1' });
  assert.equal(driver.joins.get(late)?.error, 'UNKNOWN_MEMBER_ID');
});

test('members that start together within the initial delay share one generation', () => {
  const driver = new GroupDriver({ initialRebalanceDelayMs: 50 });
  const requests = [driver.join()];
  for (let i = 0; i < 4; i++) {
    driver.wait(30);
    requests.push(driver.join());
  }
  assert.equal(driver.joins.size, 0);
  driver.wait(100);
  assert.deepEqual(
    requests.map((id) => driver.joins.get(id)?.generationId),
    [1, 1, 1, 1, 1],
  );
});

test('the initial delay never lasts longer than the rebalance time-out', () => {
  const driver = new GroupDriver({ initialRebalanceDelayMs: 50 });
  const first = driver.join({ rebalanceTimeoutMs: 120 });
  for (let i = 0; i < 12; i++) {
    driver.wait(10);
    driver.join({ rebalanceTimeoutMs: 120 });
  }
  driver.wait(1);
  assert.equal(driver.joins.get(first)?.error, 'NONE');
});

test('a second member makes the first one rejoin and both get the next generation', () => {
  const driver = new GroupDriver();
  driver.join();
  driver.wait(0);
  shareOut(driver);
  const second = driver.join();
  assert.equal(driver.heartbeat('member-1'), 'REBALANCE_IN_PROGRESS');
  assert.equal(driver.joins.has(second), false);
  const again = driver.join({ memberId: 'member-1' });
  assert.equal(driver.joins.get(again)?.generationId, 2);
  assert.equal(driver.joins.get(second)?.generationId, 2);
  assert.equal(driver.joins.get(second)?.leader, 'member-1');
  assert.deepEqual(driver.joins.get(second)?.members, []);
});

test('assignments are handed out only after they are stored', () => {
  const driver = new GroupDriver();
  driver.join();
  driver.wait(0);
  driver.storesAtOnce = false;
  const [synced = -1] = shareOut(driver);
  assert.equal(driver.syncs.has(synced), false);
  assert.equal(driver.group.state, 'CompletingRebalance');
  driver.releaseStores();
  assert.equal(driver.syncs.get(synced)?.error, 'NONE');
});

test('assignments that cannot be stored fail the sync and start a rebalance', () => {
  const driver = new GroupDriver();
  driver.join();
  driver.wait(0);
  driver.storesAtOnce = false;
  const [synced = -1] = shareOut(driver);
  driver.releaseStores('KAFKA_STORAGE_ERROR');
  assert.equal(driver.syncs.get(synced)?.error, 'KAFKA_STORAGE_ERROR');
  assert.equal(driver.group.state, 'PreparingRebalance');
});

test('assignments that are stored when their generation is over change nothing', () => {
  const driver = stablePair();
  driver.join({ memberId: 'member-1' });
  driver.join({ memberId: 'member-2' });
  driver.storesAtOnce = false;
  shareOut(driver);
  driver.join();
  driver.join({ memberId: 'member-1' });
  driver.join({ memberId: 'member-2' });
  assert.equal(driver.group.state, 'CompletingRebalance');
  driver.releaseStores();
  assert.equal(driver.group.state, 'CompletingRebalance');
  assert.equal(driver.group.generationId, 4);
});

test('a sync that waits is told when another rebalance begins', () => {
  const driver = stablePair();
  const third = driver.join();
  driver.join({ memberId: 'member-1' });
  driver.join({ memberId: 'member-2' });
  assert.equal(driver.joins.get(third)?.error, 'NONE');
  const waiting = driver.sync('member-2');
  assert.equal(driver.leave({ memberId: 'member-3' }), 'NONE');
  assert.equal(driver.syncs.get(waiting)?.error, 'REBALANCE_IN_PROGRESS');
});

test('a member that misses its heartbeats is removed and its partitions are shared out again', () => {
  const driver = stablePair();
  driver.wait(6000);
  assert.equal(driver.heartbeat('member-1'), 'NONE');
  driver.wait(6000);
  assert.equal(driver.heartbeat('member-1'), 'REBALANCE_IN_PROGRESS');
  const again = driver.join({ memberId: 'member-1' });
  assert.deepEqual(
    driver.joins.get(again)?.members.map((member) => member.memberId),
    ['member-1'],
  );
  assert.equal(driver.heartbeat('member-2'), 'UNKNOWN_MEMBER_ID');
});

test('a member that does not rejoin within the rebalance time-out is left behind', () => {
  const driver = stablePair();
  const third = driver.join();
  driver.join({ memberId: 'member-1' });
  for (let i = 0; i < 7; i++) {
    driver.wait(5000);
    driver.heartbeat('member-2');
  }
  assert.equal(driver.joins.get(third)?.error, 'NONE');
  assert.deepEqual([...driver.group.members.keys()], ['member-1', 'member-3']);
});

test('a member that never asks for its assignment is removed', () => {
  const driver = new GroupDriver();
  driver.join({ rebalanceTimeoutMs: 2000 });
  driver.wait(0);
  driver.wait(2001);
  assert.equal(driver.group.members.size, 0);
  assert.equal(driver.group.state, 'Empty');
});

test('the last member leaving makes the group empty, in a generation that is stored', () => {
  const driver = new GroupDriver();
  driver.join();
  driver.wait(0);
  shareOut(driver);
  assert.equal(driver.leave({ memberId: 'member-1' }), 'NONE');
  assert.equal(driver.group.state, 'Empty');
  assert.equal(driver.snapshots.at(-1)?.generationId, 2);
  assert.deepEqual(driver.snapshots.at(-1)?.members, []);
});

test('a stale generation is refused everywhere', () => {
  const driver = stablePair();
  assert.equal(driver.heartbeat('member-1', 1), 'ILLEGAL_GENERATION');
  const request = driver.sync('member-1', { generationId: 1 });
  assert.equal(driver.syncs.get(request)?.error, 'ILLEGAL_GENERATION');
  const identity = { memberId: 'member-1', groupInstanceId: null, generationId: 1 };
  assert.equal(checkCommit(driver.group, identity, driver.now()), 'ILLEGAL_GENERATION');
});

test('a follower that rejoins unchanged in a stable group gets its generation back without a rebalance', () => {
  const driver = stablePair();
  const request = driver.join({ memberId: 'member-2' });
  assert.equal(driver.joins.get(request)?.generationId, 2);
  assert.equal(driver.group.state, 'Stable');
});

test('the leader rejoining means it wants to assign anew', () => {
  const driver = stablePair();
  driver.join({ memberId: 'member-1' });
  assert.equal(driver.group.state, 'PreparingRebalance');
});

test('a member with other protocols than the group is refused', () => {
  const driver = stablePair();
  const type = driver.join({ protocolType: 'connect' });
  const name = driver.join({ protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] });
  const none = driver.join({ protocols: [] });
  for (const request of [type, name, none])
    assert.equal(driver.joins.get(request)?.error, 'INCONSISTENT_GROUP_PROTOCOL');
});

test('the protocol that every member knows and most prefer is chosen', () => {
  const driver = new GroupDriver({ initialRebalanceDelayMs: 10 });
  const protocols = (...names: string[]) => names.map((name) => ({ name, metadata: Buffer.from(name) }));
  const first = driver.join({ protocols: protocols('range', 'sticky') });
  driver.join({ protocols: protocols('sticky', 'range') });
  driver.join({ protocols: protocols('sticky', 'range', 'other') });
  driver.wait(100);
  assert.equal(driver.joins.get(first)?.protocolName, 'sticky');
});

test('session time-outs outside the limits are refused', () => {
  const driver = new GroupDriver();
  for (const sessionTimeoutMs of [999, 60_001]) {
    assert.equal(driver.joins.get(driver.join({ sessionTimeoutMs }))?.error, 'INVALID_SESSION_TIMEOUT');
  }
});

test('a group takes no more members than its maximum', () => {
  const driver = stablePair(new GroupDriver({ maxSize: 2 }));
  assert.equal(driver.joins.get(driver.join())?.error, 'GROUP_MAX_SIZE_REACHED');
});

test('a static member that restarts keeps its assignment without a rebalance', () => {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: 'a' });
  driver.wait(0);
  driver.join({ groupInstanceId: 'b' });
  driver.join({ groupInstanceId: 'a', memberId: 'member-1' });
  shareOutStatic(driver);
  const restarted = driver.join({ groupInstanceId: 'b' });
  const reply = driver.joins.get(restarted);
  assert.equal(driver.group.state, 'Stable');
  assert.equal(reply?.generationId, 2);
  const synced = driver.sync(reply?.memberId ?? '', { groupInstanceId: 'b' });
  assert.equal(driver.syncs.get(synced)?.assignment.toString(), 'for b');
});

test('the predecessor of a restarted static member is fenced', () => {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: 'a' });
  driver.wait(0);
  shareOutStatic(driver);
  driver.join({ groupInstanceId: 'a' });
  assert.equal(driver.heartbeat('member-1', 1, 'a'), 'FENCED_INSTANCE_ID');
  const old = driver.join({ groupInstanceId: 'a', memberId: 'member-1' });
  assert.equal(driver.joins.get(old)?.error, 'FENCED_INSTANCE_ID');
});

test('a static leader that restarts is told to skip the assignment, or that another leads when it cannot be told', () => {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: 'a' });
  driver.wait(0);
  shareOutStatic(driver);
  const reply = driver.joins.get(driver.join({ groupInstanceId: 'a' }));
  assert.equal(reply?.skipAssignment, true);
  assert.equal(reply?.leader, reply?.memberId);
  const older = driver.joins.get(driver.join({ groupInstanceId: 'a', supportsSkippingAssignment: false }));
  assert.equal(older?.skipAssignment, false);
  assert.notEqual(older?.leader, older?.memberId);
});

test('a static member is removed by its instance id alone', () => {
  const driver = new GroupDriver();
  driver.join({ groupInstanceId: 'a' });
  driver.wait(0);
  shareOutStatic(driver);
  assert.equal(driver.leave({ groupInstanceId: 'nobody' }), 'UNKNOWN_MEMBER_ID');
  assert.equal(driver.leave({ groupInstanceId: 'a' }), 'NONE');
  assert.equal(driver.group.state, 'Empty');
});

function shareOutStatic(driver: GroupDriver): void {
  const members = [...driver.group.members.values()];
  const assignments = members.map(({ memberId, groupInstanceId }) => ({
    memberId,
    assignment: Buffer.from(`for ${groupInstanceId}`),
  }));
  for (const { memberId, groupInstanceId } of members) {
    driver.sync(memberId, { groupInstanceId, assignments: memberId === driver.group.leader ? assignments : [] });
  }
}

test('commits are taken from members in rebalance, and refused while assignments are being made', () => {
  const driver = stablePair();
  const commit = (memberId: string, generationId: number) =>
    checkCommit(driver.group, { memberId, groupInstanceId: null, generationId }, driver.now());
  assert.equal(commit('member-1', 2), 'NONE');
  assert.equal(commit('stranger', 2), 'UNKNOWN_MEMBER_ID');
  assert.equal(commit('', -1), 'UNKNOWN_MEMBER_ID');
  driver.join({ memberId: 'member-1' });
  assert.equal(commit('member-2', 2), 'NONE');
  driver.join({ memberId: 'member-2' });
  assert.equal(driver.group.state, 'CompletingRebalance');
  assert.equal(commit('member-2', 3), 'REBALANCE_IN_PROGRESS');
});

test('anybody may commit to a group without members, outside of any generation', () => {
  const driver = new GroupDriver();
  const identity = { memberId: '', groupInstanceId: null, generationId: -1 };
  assert.equal(checkCommit(driver.group, identity, driver.now()), 'NONE');
});

test('a restored group keeps generation, members and assignments, and expires those that stay silent', () => {
  const driver = stablePair();
  const snapshot = driver.snapshots.at(-1);
  assert.ok(snapshot);
  driver.group = Group.restore('group', defaultSettings, snapshot, driver.nowMs);
  assert.equal(driver.heartbeat('member-2', 2), 'NONE');
  const synced = driver.sync('member-2');
  assert.equal(driver.syncs.get(synced)?.assignment.toString(), 'for member-2');
  driver.wait(9000);
  driver.heartbeat('member-2');
  driver.wait(2000);
  assert.equal(driver.heartbeat('member-2'), 'REBALANCE_IN_PROGRESS');
  assert.deepEqual([...driver.group.members.keys()], ['member-2']);
});
