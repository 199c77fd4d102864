import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordsBatch } from '@platformatic/kafka';
import { committedBatches } from '../../../src/stage/kafka/read-committed.ts';

const transactional = 1 << 4;
const control = 1 << 5;

interface Shape {
  producerId: bigint;
  kind: 'plain' | 'transactional' | 'abort' | 'commit';
  count?: number;
}

/** A log of batches one after the other, from an offset on. */
function log(shapes: readonly Shape[], from = 0n): RecordsBatch[] {
  let next = from;
  return shapes.map(({ producerId, kind, count = 1 }) => {
    const isMarker = kind === 'abort' || kind === 'commit';
    const key = isMarker ? Buffer.from([0, 0, 0, kind === 'commit' ? 1 : 0]) : null;
    const batch: RecordsBatch = {
      firstOffset: next,
      length: 0,
      partitionLeaderEpoch: 0,
      magic: 2,
      crc: 0,
      attributes: (kind === 'plain' ? 0 : transactional) | (isMarker ? control : 0),
      lastOffsetDelta: count - 1,
      firstTimestamp: 0n,
      maxTimestamp: 0n,
      producerId,
      producerEpoch: 0,
      firstSequence: 0,
      records: Array.from({ length: count }, (_, offsetDelta) => {
        return { length: 0, attributes: 0, timestampDelta: 0n, offsetDelta, key, value: null, headers: [] };
      }),
    };
    next += BigInt(count);
    return batch;
  });
}

const one = (kind: Shape['kind'], count = 1): Shape => ({ producerId: 1n, kind, count });
const two = (kind: Shape['kind'], count = 1): Shape => ({ producerId: 2n, kind, count });
const offsetsOf = (batches: readonly RecordsBatch[]) => batches.map(({ firstOffset }) => Number(firstOffset));

test('several aborted transactions of one producer are left out, and what it committed between them is not', () => {
  const batches = log([
    one('transactional', 2), // 0
    one('abort'), // 2
    one('transactional'), // 3
    one('commit'), // 4
    one('transactional', 3), // 5
    one('abort'), // 8
    one('transactional'), // 9
    one('commit'),
  ]);
  const aborted = [
    { producerId: 1n, firstOffset: 5n },
    { producerId: 1n, firstOffset: 0n },
  ];
  assert.deepEqual(offsetsOf(committedBatches(batches, aborted)), [3, 9]);
});

test('an aborted transaction that goes on beyond the answer, or began before it, is left out as far as it shows', () => {
  const goesOn = log([one('transactional'), one('commit'), one('transactional'), one('transactional')], 10n);
  assert.deepEqual(offsetsOf(committedBatches(goesOn, [{ producerId: 1n, firstOffset: 12n }])), [10]);
  const began = log([one('transactional'), one('abort'), one('transactional'), one('commit')], 10n);
  assert.deepEqual(offsetsOf(committedBatches(began, [{ producerId: 1n, firstOffset: 3n }])), [12]);
});

test('other producers in between, with and without transactions, are not touched', () => {
  const batches = log([
    one('transactional'), // 0: aborted
    two('transactional'), // 1
    one('plain'), // 2: the same producer id, but no part of a transaction
    two('commit'), // 3
    one('transactional'), // 4: aborted
    one('abort'), // 5
    two('transactional'), // 6: aborted later
  ]);
  const aborted = [
    { producerId: 1n, firstOffset: 0n },
    { producerId: 2n, firstOffset: 6n },
  ];
  assert.deepEqual(offsetsOf(committedBatches(batches, aborted)), [1, 2]);
});
