import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionLease } from '../../src/stage/kafka/partition-lease.ts';
import { type WorkEntry, WorkInHand } from '../../src/stage/work-in-hand.ts';

function makeWork() {
  const work = new WorkInHand();
  const leases = [0, 1].map((partition) => new PartitionLease({ topic: 't', partition }, 0n));
  const begin = (partition: number, offset: bigint): WorkEntry => {
    const lease = leases[partition];
    assert.ok(lease);
    const content = { timestampMs: 0, key: null, value: Buffer.alloc(0), headers: new Map<string, string>() };
    return work.begin({ topic: 't', partition, offset, ...content, lease });
  };
  return { work, leases, begin };
}

const placesOf = (entries: readonly WorkEntry[]) =>
  entries.map(({ record }) => `${record.partition}:${record.offset}`).sort();

test('entries are finished only as far as all before them in their partition are', () => {
  const { work, begin } = makeWork();
  const [a, b, c, other] = [begin(0, 5n), begin(0, 6n), begin(0, 8n), begin(1, 2n)];
  c.made = [];
  b.made = [];
  assert.deepEqual(placesOf(work.finished()), []);
  assert.equal(work.finishedCount, 2);
  other.made = [];
  assert.deepEqual(placesOf(work.finished()), ['1:2']);
  a.made = [];
  assert.deepEqual(placesOf(work.finished()), ['0:5', '0:6', '0:8', '1:2']);
});

test('what is done leaves from the front, and its newest entries are told', () => {
  const { work, begin } = makeWork();
  const [a, b, c, other] = [begin(0, 5n), begin(0, 6n), begin(0, 8n), begin(1, 2n)];
  for (const entry of [b, other]) entry.isDone = true;
  assert.deepEqual(placesOf(work.takeDone()), ['1:2']);
  a.isDone = true;
  assert.deepEqual(placesOf(work.takeDone()), ['0:6']);
  assert.deepEqual(placesOf(work.takeDone()), []);
  c.isDone = true;
  assert.deepEqual(placesOf(work.takeDone()), ['0:8']);
});

test('work of a lease that has ended is forgotten', () => {
  const { work, leases, begin } = makeWork();
  const [mine, lost] = [begin(0, 5n), begin(1, 2n)];
  for (const entry of [mine, lost]) entry.made = [];
  leases[1]?.end();
  assert.deepEqual(placesOf(work.finished()), ['0:5']);
  assert.equal(work.finishedCount, 1);
  lost.isDone = true;
  assert.deepEqual(placesOf(work.takeDone()), []);
});

test('a partition is idle when nothing of it is in hand, made or not', () => {
  const { work, leases, begin } = makeWork();
  const [first, second] = [
    { topic: 't', partition: 0 },
    { topic: 't', partition: 1 },
  ];
  const entry = begin(0, 5n);
  begin(1, 2n);
  assert.deepEqual([work.isIdle(first), work.isIdle(second)], [false, false]);
  entry.made = [];
  assert.equal(work.isIdle(first), false);
  entry.isDone = true;
  work.takeDone();
  assert.equal(work.isIdle(first), true);
  leases[1]?.end();
  assert.equal(work.isIdle(second), true);
});
