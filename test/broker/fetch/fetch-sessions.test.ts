import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerSettings } from '../../../src/broker/configs/broker-settings.ts';
import { epochAfter, type PartitionAnswer } from '../../../src/broker/fetch/fetch-session.ts';
import { evictionMs, FetchSessions, mostPartitions } from '../../../src/broker/fetch/fetch-sessions.ts';
import { zeroUuid } from '../../../src/wire/codec/primitives.ts';
import type { FetchRequest } from '../../../src/wire/messages/01-fetch.ts';

const slots = 3;

/** Sessions on a clock that is set by hand. */
function sessionsAt(time: { nowMs: number }): FetchSessions {
  const settings = new BrokerSettings({ 'max.incremental.fetch.session.cache.slots': slots });
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs, after: () => () => {} };
  return new FetchSessions(settings, clock);
}

function request(sessionId: number, sessionEpoch: number, partitions: number): FetchRequest {
  const wanted = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: 0n,
    lastFetchedEpoch: -1,
    logStartOffset: -1n,
    partitionMaxBytes: 1000,
    replicaDirectoryId: zeroUuid,
    highWatermark: -1n,
  }));
  const topics = partitions === 0 ? [] : [{ topic: 'topic', topicId: zeroUuid, partitions: wanted }];
  const rest = { clusterId: null, replicaId: -1, replicaState: { replicaId: -1, replicaEpoch: -1n }, rackId: '' };
  const limits = { maxWaitMs: 0, minBytes: 0, maxBytes: 1000, isolationLevel: 0 };
  return { ...rest, ...limits, sessionId, sessionEpoch, topics, forgottenTopicsData: [] };
}

const nothing = (partitionIndex: number): PartitionAnswer => ({
  partitionIndex,
  errorCode: 0,
  highWatermark: 0n,
  logStartOffset: 0n,
  abortedTransactions: null,
  records: Buffer.alloc(0),
});

/** Fetches once and returns the session's id, 0 for none, or the error. */
function fetch(sessions: FetchSessions, sessionId: number, epoch: number, partitions: number): number | string {
  const plan = sessions.plan(request(sessionId, epoch, partitions), 12);
  if (typeof plan === 'string') return plan;
  const told = plan.conclude(plan.wanted.map((wanted) => ({ wanted, answer: nothing(wanted.request.partition) })));
  return told.error === 'NONE' ? told.sessionId : told.error;
}

function begin(sessions: FetchSessions, partitions: number): number {
  const id = fetch(sessions, 0, 0, partitions);
  assert.ok(typeof id === 'number');
  return id;
}

test('when all places are taken, newcomers get no session and can still fetch', () => {
  const sessions = sessionsAt({ nowMs: 0 });
  for (let i = 0; i < slots; i++) assert.ok(begin(sessions, 2) > 0);
  assert.equal(begin(sessions, 5), 0);
  assert.equal(sessions.size, slots);
});

test('the session that was not used for the longest time yields first', () => {
  const time = { nowMs: 0 };
  const sessions = sessionsAt(time);
  const [first = 0, second = 0, third = 0] = Array.from({ length: slots }, () => begin(sessions, 2));
  time.nowMs = evictionMs;
  fetch(sessions, first, 1, 0);
  time.nowMs = evictionMs + 1;
  assert.ok(begin(sessions, 1) > 0);
  assert.equal(fetch(sessions, second, 1, 0), 'FETCH_SESSION_ID_NOT_FOUND');
  assert.equal(fetch(sessions, first, 2, 0), first);
  assert.equal(fetch(sessions, third, 1, 0), third);
  assert.equal(sessions.evictions, 1);
});

test('of sessions in use, the smallest old one yields to a larger one, and none to one of its size', () => {
  const time = { nowMs: 0 };
  const sessions = sessionsAt(time);
  const [large = 0, small = 0, middle = 0] = [9, 3, 5].map((size) => begin(sessions, size));
  time.nowMs = evictionMs + 1;
  for (const id of [large, small, middle]) fetch(sessions, id, 1, 0);
  assert.equal(begin(sessions, 3), 0);
  assert.ok(begin(sessions, 4) > 0);
  assert.equal(fetch(sessions, small, 2, 0), 'FETCH_SESSION_ID_NOT_FOUND');
  assert.equal(begin(sessions, 5), 0, 'the newcomer is safe for two minutes, and the next smallest is not smaller');
});

test('a fetch that another one of its session has overtaken is told so', () => {
  const sessions = sessionsAt({ nowMs: 0 });
  const id = begin(sessions, 2);
  const slow = sessions.plan(request(id, 1, 0), 12);
  assert.equal(fetch(sessions, id, 2, 0), id);
  assert.ok(typeof slow === 'object');
  assert.equal(slow.conclude([]).error, 'INVALID_FETCH_SESSION_EPOCH');
});

test('what all sessions remember together is bounded', () => {
  const sessions = sessionsAt({ nowMs: 0 });
  const most = begin(sessions, mostPartitions);
  assert.ok(most > 0);
  assert.equal(begin(sessions, 1), 0);
  assert.equal(fetch(sessions, most, 1, 1), 'FETCH_SESSION_ID_NOT_FOUND');
  assert.equal(sessions.partitionCount, 0);
});

test('session epochs never come back to the numbers that mean something else', () => {
  assert.equal(epochAfter(1), 2);
  assert.equal(epochAfter(2 ** 31 - 1), 1);
});
