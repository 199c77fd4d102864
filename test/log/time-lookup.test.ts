import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { compressionNames } from '../../src/wire/record-batch.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { seededRandom } from '../base/unreliable-file-system.ts';
import { appendDurably, openLog, startMs } from './open-log.ts';

function timed(times: readonly number[], compression: (typeof compressionNames)[number] = 'none'): Buffer {
  const records = times.map((time) => ({ timestamp: BigInt(startMs + time), value: Buffer.from(`${time}`) }));
  return encodeBatch({ records, compression });
}

function offsetAt(log: PartitionLog, time: number): bigint | undefined {
  return log.offsetForTimestamp(BigInt(startMs + time))?.offset;
}

test('a time finds the first record at or after it, whatever the compression', async () => {
  for (const compression of compressionNames) {
    const log = await openLog();
    await appendDurably(log, timed([0, 10, 20], compression));
    await appendDurably(log, timed([30, 25, 40], compression), 2);
    assert.equal(offsetAt(log, -5), 0n);
    assert.equal(offsetAt(log, 10), 1n);
    assert.equal(offsetAt(log, 11), 2n);
    assert.equal(offsetAt(log, 21), 3n);
    assert.deepEqual(log.offsetForTimestamp(BigInt(startMs + 31)), {
      offset: 5n,
      timestampMs: BigInt(startMs + 40),
      leaderEpoch: 2,
    });
    assert.equal(offsetAt(log, 41), undefined);
  }
});

test('lookups by time agree with a scan, for times in any order over many segments', async () => {
  const random = seededRandom(11);
  const log = await openLog({ config: { segmentBytes: 1500 } });
  const times: number[] = [];
  for (let n = 0; n < 120; n++) {
    const batch = Array.from({ length: 1 + Math.floor(random() * 4) }, () => n * 5 + Math.floor(random() * 60));
    await appendDurably(log, timed(batch));
    times.push(...batch);
  }
  for (let time = -1; time < 700; time += 3) {
    const expected = times.findIndex((each) => each >= time);
    assert.equal(offsetAt(log, time), expected < 0 ? undefined : BigInt(expected), `time ${time}`);
  }
  const largest = Math.max(...times);
  assert.equal(log.offsetOfMaxTimestamp()?.offset, BigInt(times.indexOf(largest)));
});

test('records that are hidden or not yet on the disk are not found', async () => {
  const log = await openLog();
  await appendDurably(log, timed([0]));
  await appendDurably(log, timed([50]));
  await appendDurably(log, timed([20]));
  log.append(timed([90]), { leaderEpoch: 0, origin: 'client' });
  assert.equal(offsetAt(log, 60), undefined);
  assert.equal(log.offsetForTimestamp(BigInt(startMs + 60), 'logEnd')?.offset, 3n);
  assert.equal(log.offsetOfMaxTimestamp()?.offset, 1n);
  log.deleteRecordsBefore(2n);
  assert.equal(offsetAt(log, 0), 2n);
  assert.equal(log.offsetOfMaxTimestamp()?.offset, 2n);
});

test('an empty log has no record at any time', async () => {
  const log = await openLog();
  assert.equal(log.offsetForTimestamp(0n), undefined);
  assert.equal(log.offsetOfMaxTimestamp(), undefined);
});

test('with LogAppendTime the time of the append is what counts', async () => {
  const log = await openLog({ config: { messageTimestampType: 'LogAppendTime' } });
  const outcome = log.append(timed([-900_000_000, -5]), { leaderEpoch: 0, origin: 'client' });
  assert.ok(outcome.ok);
  assert.equal(outcome.logAppendTimeMs, BigInt(startMs));
  await outcome.durable;
  assert.equal(offsetAt(log, 0), 0n);
  assert.equal(offsetAt(log, 1), undefined);
});
