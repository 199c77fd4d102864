import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDiskFull } from '../../src/base/errors.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { encodeTransactionEnd } from '../../src/wire/control-record.ts';
import { type Compression, recordBatches } from '../../src/wire/record-batch.ts';
import { batchRecords, encodeBatch, type NewBatch } from '../../src/wire/records.ts';
import { seededRandom, UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, openLog, startMs, type TestLogOptions } from './open-log.ts';

const config = { segmentBytes: 400, cleanupPolicy: ['compact'] } as const;
const settings = { deleteRetentionMs: 1000, minCompactionLagMs: 0, nowMs: startMs };

/** `key=value` makes a record, `key=` a tombstone. */
function keyed(entries: readonly string[], more: Partial<NewBatch> = {}): Buffer {
  const records = entries.map((entry) => {
    const [key = '', value = ''] = entry.split('=');
    return { key: Buffer.from(key), value: value === '' ? null : Buffer.from(value) };
  });
  return encodeBatch({ timestamp: BigInt(startMs), ...more, records });
}

/** What a consumer that reads everything sees: `offset key=value`. */
function contentOf(log: PartitionLog): string[] {
  const found: string[] = [];
  for (let next = log.logStartOffset; next < log.highWatermark; ) {
    const outcome = log.read(next, 200, { minOneBatch: true, upTo: 'highWatermark' });
    assert.ok(outcome.ok && outcome.sizeBytes > 0, `offset ${next}`);
    for (const batch of recordBatches(Buffer.concat(outcome.buffers))) {
      assert.ok(batch.isCrcValid());
      if (batch.isControl) continue;
      for (const record of batchRecords(batch))
        found.push(`${batch.baseOffset + BigInt(record.offsetDelta)} ${record.key}=${record.value ?? ''}`);
    }
    next = outcome.nextOffset;
  }
  return found;
}

/** The value of each key after all records. */
function latestOf(content: readonly string[]): Map<string, string> {
  const latest = new Map<string, string>();
  for (const line of content) {
    const [, key = '', value = ''] = /^\d+ (.*)=(.*)$/.exec(line) ?? [];
    if (value === '') latest.delete(key);
    else latest.set(key, value);
  }
  return latest;
}

/** Fills the growing segment, so that all before it can be compacted. */
async function fillSegment(log: PartitionLog): Promise<void> {
  await appendDurably(log, keyed([`filler=${'x'.repeat(300)}`]));
}

async function openCompacted(options: TestLogOptions = {}): Promise<PartitionLog> {
  return openLog({ ...options, config: { ...config, ...options.config } });
}

test('of each key only the last record remains, at its offset, whatever the compression', async () => {
  for (const compression of ['none', 'gzip', 'zstd', 'lz4', 'snappy'] satisfies Compression[]) {
    const log = await openCompacted();
    await appendDurably(log, keyed(['a=1', 'b=1', 'c=1'], { compression }));
    await appendDurably(log, keyed(['a=2', 'b=2'], { compression }));
    await appendDurably(log, keyed(['a=3'], { compression }));
    await fillSegment(log);
    await fillSegment(log);
    assert.equal(await log.compact(settings), 7n);
    assert.deepEqual(contentOf(log).slice(0, 3), ['2 c=1', '4 b=2', '5 a=3'], compression);
    assert.equal(log.logEndOffset, 8n);
  }
});

test('a compacted log is the same after an orderly end and after a crash, and takes appends', async () => {
  for (const cleanShutdown of [true, false]) {
    const fileSystem = new UnreliableFileSystem();
    const first = await openCompacted({ fileSystem });
    for (let n = 0; n < 40; n++) await appendDurably(first, keyed([`key${n % 5}=${n}`, `once${n}=x`]));
    await first.compact(settings);
    const before = contentOf(first);
    assert.ok(before.length < 80);
    const { recoveryPoint } = cleanShutdown ? await first.close() : { recoveryPoint: 0n };
    const log = await openCompacted({ fileSystem, cleanShutdown, recoveryPoint });
    assert.deepEqual(contentOf(log), before);
    assert.equal(await appendDurably(log, keyed(['next=1'])), 80n);
  }
});

test('small neighbours become one segment, and compacting again changes nothing', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openCompacted({ fileSystem });
  for (let n = 0; n < 60; n++) await appendDurably(log, keyed([`key=${n}`]));
  const segments = (): string[] => fileSystem.list('/data/topic-0').filter((name) => name.endsWith('.log'));
  const before = segments().length;
  while ((await log.compact(settings)) && log.compactionBacklog(settings).dirtyBytes > 0);
  for (let n = 0; n < 4; n++) await log.compact(settings);
  assert.ok(segments().length < before / 2, `${segments().length} of ${before} segments`);
  const content = contentOf(log);
  await log.compact(settings);
  assert.deepEqual(contentOf(log), content);
});

test('a tombstone stays readable for its time, then goes', async () => {
  const log = await openCompacted();
  await appendDurably(log, keyed(['a=1', 'b=1']));
  await appendDurably(log, keyed(['a=']));
  await fillSegment(log);
  await fillSegment(log);
  await log.compact(settings);
  assert.deepEqual(contentOf(log).slice(0, 2), ['1 b=1', '2 a=']);
  await log.compact({ ...settings, nowMs: startMs + 1001 });
  assert.deepEqual(contentOf(log).slice(0, 1), ['1 b=1']);
  assert.equal(
    contentOf(log).some((line) => line.startsWith('2 ')),
    false,
  );
});

test('records that are too young, in an open transaction or not on the disk are left alone', async () => {
  const young = await openCompacted();
  for (let n = 0; n < 3; n++) await fillSegment(young);
  assert.equal(await young.compact({ ...settings, minCompactionLagMs: 1 }), 0n);
  const open = await openCompacted();
  const transaction = { producerId: 1n, producerEpoch: 0, baseSequence: 0, isTransactional: true };
  await appendDurably(open, keyed(['a=1'], transaction));
  for (let n = 0; n < 3; n++) await fillSegment(open);
  assert.equal(await open.compact(settings), 0n);
});

test('aborted records go, and neither hide nor replace committed ones', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openCompacted({ fileSystem });
  const producer = { producerId: 1n, producerEpoch: 0, isTransactional: true };
  await appendDurably(log, keyed(['a=committed']));
  await appendDurably(log, keyed(['a=aborted', 'b=aborted'], { ...producer, baseSequence: 0 }));
  const records = [encodeTransactionEnd({ result: 'abort', coordinatorEpoch: 0 })];
  const marker = encodeBatch({ records, isControl: true, ...producer });
  assert.ok(log.append(marker, { leaderEpoch: 0, origin: 'coordinator' }).ok);
  for (let n = 0; n < 3; n++) await fillSegment(log);
  await log.compact(settings);
  assert.deepEqual(contentOf(log).slice(0, 1), ['0 a=committed']);
  assert.deepEqual(log.abortedTransactions(0n, 3n), []);
});

test('the last batch of a producer keeps its sequence number when its records are gone', async () => {
  const fileSystem = new UnreliableFileSystem();
  const first = await openCompacted({ fileSystem });
  const batch = (baseSequence: number): Buffer => keyed(['a=1'], { producerId: 1n, producerEpoch: 0, baseSequence });
  for (let n = 0; n < 3; n++) await appendDurably(first, batch(n));
  await appendDurably(first, keyed(['a=2']));
  for (let n = 0; n < 3; n++) await fillSegment(first);
  await first.compact(settings);
  assert.deepEqual(contentOf(first).slice(0, 1), ['3 a=2']);
  for (const name of fileSystem.list('/data/topic-0').filter((each) => each.endsWith('.snapshot')))
    await fileSystem.remove(`/data/topic-0/${name}`);
  const log = await openCompacted({ fileSystem });
  const again = log.append(batch(2), { leaderEpoch: 0, origin: 'client' });
  assert.ok(again.ok && again.duplicate);
  const gap = log.append(batch(4), { leaderEpoch: 0, origin: 'client' });
  assert.ok(!gap.ok && gap.error === 'OUT_OF_ORDER_SEQUENCE_NUMBER');
});

test('batches without records that nothing needs any more go', async () => {
  const log = await openCompacted();
  for (let n = 0; n < 60; n++)
    await appendDurably(log, keyed(['a=1'], { producerId: 1n, producerEpoch: 0, baseSequence: n }));
  for (let n = 0; n < 4; n++) await log.compact(settings);
  const outcome = log.read(0n, 1_000_000, { minOneBatch: true, upTo: 'highWatermark' });
  assert.ok(outcome.ok);
  const counts = [...recordBatches(Buffer.concat(outcome.buffers))].map((batch) => batch.recordCount);
  assert.ok(counts.length <= 6 && counts.filter((count) => count === 0).length <= 1, `${counts}`);
});

test('appends and reads go on during a compaction, and closing the log ends it', async () => {
  const log = await openCompacted();
  for (let n = 0; n < 50; n++) await appendDurably(log, keyed([`key${n % 7}=${n}`]));
  const before = latestOf(contentOf(log));
  const compacting = log.compact(settings);
  for (let n = 50; n < 80; n++) {
    await appendDurably(log, keyed([`key${n % 7}=${n}`]));
    assert.equal(latestOf(contentOf(log)).get(`key${n % 7}`), `${n}`);
  }
  await compacting;
  assert.equal(before.size, 7);
  assert.equal(latestOf(contentOf(log)).get('key2'), '79');
  const last = log.compact(settings);
  await log.close();
  await last;
});

test('a power loss at any moment of a compaction loses no key and brings no old value back', async () => {
  let interrupted = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const fileSystem = new UnreliableFileSystem();
    const first = await openCompacted({ fileSystem });
    for (let n = 0; n < 30; n++) {
      const value = random() < 0.2 ? '' : `${n}`;
      await appendDurably(first, keyed([`key${Math.floor(random() * 6)}=${value}`]));
    }
    const expected = latestOf(contentOf(first));
    const { recoveryPoint } = first;
    const later = { ...settings, nowMs: startMs + 5000 };
    if (random() < 0.7) await first.compact(later);
    const blackout = (path: string): void => {
      const isDecisive = path === '/data/topic-0' || path.endsWith('.swap');
      if (random() < (isDecisive ? 0.12 : 0.003)) throw new Error('the power went');
    };
    fileSystem.beforeChange = blackout;
    fileSystem.beforeSync = blackout;
    try {
      for (let pass = 0; pass < 3; pass++) await first.compact(later);
    } catch {
      interrupted += 1;
    }
    fileSystem.beforeChange = undefined;
    fileSystem.beforeSync = undefined;
    if (random() < 0.2) fileSystem.killProcess();
    else fileSystem.losePower(random() < 0.3 ? { keeps: 'nothing' } : { keeps: 'anything', random });
    const log = await openCompacted({ fileSystem, recoveryPoint: random() < 0.5 ? recoveryPoint : 0n });
    assert.deepEqual([...latestOf(contentOf(log))].sort(), [...expected].sort(), `seed ${seed}`);
    assert.equal(log.logEndOffset, 30n, `seed ${seed}`);
    assert.deepEqual(
      fileSystem.list('/data/topic-0').filter((name) => /swap|cleaned/.test(name)),
      [],
    );
  }
  assert.ok(interrupted > 30 && interrupted < 190, `${interrupted} rounds`);
});

test('a disk that fills up at any byte of a compaction stops neither the log nor, once there is room, compaction', async () => {
  let refused = 0;
  for (let room = 0; room < 1200; room += 3) {
    const fileSystem = new UnreliableFileSystem();
    const log = await openCompacted({ fileSystem, config: { indexIntervalBytes: 50 } });
    for (let n = 0; n < 20; n++) await appendDurably(log, keyed([`key${n % 6}=${n}`]));
    await fillSegment(log);
    const expected = latestOf(contentOf(log));
    fileSystem.roomBytes = room;
    await log.compact(settings).catch((error: unknown) => {
      assert.ok(isDiskFull(error), `${room} bytes of room: ${error}`);
      refused += 1;
    });
    assert.ok(!fileSystem.list('/data/topic-0').some((name) => name.endsWith('.cleaned')), 'the room is given back');
    fileSystem.roomBytes = Number.POSITIVE_INFINITY;
    await appendDurably(log, keyed(['key0=last']));
    await log.compact(settings);
    expected.set('key0', 'last');
    assert.deepEqual([...latestOf(contentOf(log))].sort(), [...expected].sort(), `${room} bytes of room`);
    fileSystem.killProcess();
    const again = await openCompacted({ fileSystem, recoveryPoint: log.recoveryPoint });
    assert.deepEqual([...latestOf(contentOf(again))].sort(), [...expected].sort(), `${room} bytes of room`);
  }
  assert.ok(refused > 100, `${refused} compactions found no room`);
});
