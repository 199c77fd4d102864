import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemError } from '../../src/base/memory-file-system.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { encodeTransactionEnd } from '../../src/wire/control-record.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { seededRandom, UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { appendDurably, batchOf, openLog, startMs } from './open-log.ts';
import { readValues } from './read-values.ts';

const firstLog = '/data/topic-0/00000000000000000000.log';
const marksFile = '/data/topic-0/recovery-marks';
const options = { bytesBetweenMarks: 1000 };

/** What there is to tell about a log, however it was opened. */
function contentOf(log: PartitionLog) {
  return {
    offsets: log.offsets,
    values: readValues(log),
    // A snapshot has one time for each producer, as Apache Kafka's: that of its last batch or marker.
    producers: [...log.producers.values()].map(({ batches, ...producer }) => ({
      ...producer,
      batches: batches.map(({ timestampMs, ...batch }) => batch),
    })),
    aborted: log.abortedTransactions(0n, log.logEndOffset),
    epochs: Array.from({ length: 8 }, (_, epoch) => log.offsetForLeaderEpoch(epoch)),
    times: Array.from({ length: 30 }, (_, ms) => log.offsetForTimestamp(BigInt(startMs + ms * 10))),
    latest: log.offsetOfMaxTimestamp(),
    single: Array.from({ length: 40 }, (_, n) => readValues(log, { fromOffset: BigInt(n), maxBytes: 1 })[0]?.offset),
  };
}

/** Appends of all kinds: plain, idempotent, transactions that commit, abort or stay open; times that go back. */
class Load {
  readonly #log: PartitionLog;
  readonly #random: () => number;
  readonly #sequences = new Map<bigint, number>();
  readonly #open = new Set<bigint>();
  #leaderEpoch = 0;

  constructor(log: PartitionLog, random: () => number) {
    this.#log = log;
    this.#random = random;
  }

  async append(): Promise<void> {
    if (this.#random() < 0.1) this.#leaderEpoch++;
    const producerId = BigInt(this.#below(6));
    if (this.#open.has(producerId) && this.#random() < 0.4) return this.#end(producerId);
    const values = Array.from({ length: 1 + this.#below(3) }, () => 'x'.repeat(this.#below(150)));
    const timestamp = BigInt(startMs + this.#below(300));
    if (producerId === 0n) {
      await appendDurably(this.#log, batchOf(values, { timestamp }), this.#leaderEpoch);
      return;
    }
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + values.length);
    const isTransactional = producerId > 2n;
    if (isTransactional) this.#open.add(producerId);
    const producer = { producerId, producerEpoch: 0, baseSequence, isTransactional };
    await appendDurably(this.#log, batchOf(values, { timestamp, ...producer }), this.#leaderEpoch);
  }

  async #end(producerId: bigint): Promise<void> {
    this.#open.delete(producerId);
    const result = this.#random() < 0.5 ? 'commit' : 'abort';
    const marker = { isControl: true, isTransactional: true, producerId, producerEpoch: 0, timestamp: BigInt(startMs) };
    const bytes = encodeBatch({ ...marker, records: [encodeTransactionEnd({ result, coordinatorEpoch: 0 })] });
    const outcome = this.#log.append(bytes, { leaderEpoch: this.#leaderEpoch, origin: 'coordinator' });
    assert.ok(outcome.ok);
    await outcome.durable;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** A log with a mark in its growing segment and records behind it, and the power gone. */
async function marked(seed: number) {
  const fileSystem = new UnreliableFileSystem();
  const random = seededRandom(seed);
  const log = await openLog({ ...options, fileSystem });
  const load = new Load(log, random);
  for (let n = 0; n < 60; n++) await load.append();
  await log.mark();
  const atMark = log.logEndOffset;
  for (let n = 0; n < 5; n++) await load.append();
  const { recoveryPoint } = log;
  for (let n = 0; n < 10; n++) await load.append();
  const before = contentOf(log);
  return { fileSystem: fileSystem.afterPowerLoss({ keeps: 'anything', random }), before, recoveryPoint, atMark };
}

test('a log that is read from its last mark on is the log that is read from its first byte on', async () => {
  for (let seed = 1; seed <= 11; seed++) {
    const { fileSystem, before, recoveryPoint } = await marked(seed);
    const log = await openLog({ ...options, fileSystem, recoveryPoint });
    assert.deepEqual(contentOf(log), before, `seed ${seed}`);
    fileSystem.losePower({ keeps: 'nothing' });
    await fileSystem.remove(marksFile);
    assert.deepEqual(contentOf(await openLog({ ...options, fileSystem, recoveryPoint })), before, `seed ${seed}`);
  }
});

test('a start after a crash reads nothing that lies before the mark', async () => {
  const { fileSystem, recoveryPoint, atMark } = await marked(1);
  fileSystem.overwrite(firstLog, (bytes) => bytes.fill(0, 0, 60));
  const log = await openLog({ ...options, fileSystem, recoveryPoint });
  assert.ok(log.logEndOffset > atMark);
});

test('a mark counts once the recovery point has passed it; until then the one before it does', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ ...options, fileSystem });
  const append = async (count: number) => {
    for (let n = 0; n < count; n++) await appendDurably(log, batchOf(['x'.repeat(100)]));
  };
  await append(10);
  await log.mark();
  const { recoveryPoint } = log;
  await append(20);
  await log.mark();
  const [first = 0, second = 0] = marksIn(fileSystem);
  assert.ok(second > first);
  const damaged = fileSystem.afterPowerLoss({ keeps: 'nothing' });
  damaged.overwrite(firstLog, (bytes) => bytes.fill(0, 0, 60));
  const again = await openLog({ ...options, fileSystem: damaged, recoveryPoint });
  assert.equal(again.logEndOffset, 30n);
});

/** Byte positions of the marks. */
function marksIn(fileSystem: UnreliableFileSystem): number[] {
  const [, , ...lines] = `${fileSystem.bytesOf(marksFile)}`.trim().split('\n');
  return lines.map((line) => Number(line.split(' ')[2]));
}

const losses: Record<string, (fileSystem: UnreliableFileSystem) => void | Promise<void>> = {
  'the marks': (fileSystem) => fileSystem.overwrite(marksFile, (bytes) => bytes.subarray(0, bytes.length / 2)),
  'the offset index': (fileSystem) => fileSystem.overwrite(firstLog.replace('.log', '.index'), flipFirstBit),
  'the time index': (fileSystem) => fileSystem.overwrite(firstLog.replace('.log', '.timeindex'), flipFirstBit),
  'the transaction index': (fileSystem) => fileSystem.remove(firstLog.replace('.log', '.txnindex')),
  'the snapshot': async (fileSystem) => {
    const names = fileSystem.list('/data/topic-0').filter((name) => name.endsWith('.snapshot'));
    for (const name of names) await fileSystem.remove(`/data/topic-0/${name}`);
  },
};

function flipFirstBit(bytes: Buffer): Buffer {
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes;
}

for (const [what, lose] of Object.entries(losses)) {
  test(`a mark is not believed when ${what} cannot be`, async () => {
    const { fileSystem, before, recoveryPoint } = await marked(3);
    assert.ok(before.aborted.length > 1);
    await lose(fileSystem);
    const log = await openLog({ ...options, fileSystem, recoveryPoint });
    assert.deepEqual(contentOf(log), before);
    assert.equal(fileSystem.stat(marksFile), undefined, 'what is appended now need not be what it was taken of');
  });
}

test('a log that was closed in order keeps its mark for the next crash', async () => {
  const fileSystem = new UnreliableFileSystem();
  const first = await openLog({ ...options, fileSystem });
  for (let n = 0; n < 20; n++) await appendDurably(first, batchOf(['x'.repeat(100)]));
  const { recoveryPoint } = await first.close();
  const second = await openLog({ ...options, fileSystem, recoveryPoint, cleanShutdown: true });
  await appendDurably(second, batchOf(['behind']));
  const after = fileSystem.afterPowerLoss({ keeps: 'nothing' });
  after.overwrite(firstLog, (bytes) => bytes.fill(0, 0, 60));
  const third = await openLog({ ...options, fileSystem: after, recoveryPoint });
  assert.equal(third.logEndOffset, 21n);
});

test('a full disk makes no mark and stops nothing', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ ...options, fileSystem });
  for (let n = 0; n < 20; n++) await appendDurably(log, batchOf(['x'.repeat(100)]));
  for (let room = 0; room < 400; room += 10) {
    fileSystem.roomBytes = room;
    await log.mark();
    assert.equal(log.failure, undefined);
  }
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  await log.mark();
  assert.equal(marksIn(fileSystem).length, 1);
});

test('indexes that a flush may have dropped are written again before they are relied on', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ ...options, fileSystem });
  for (let n = 0; n < 20; n++) await appendDurably(log, batchOf(['x'.repeat(100)]));
  const index = firstLog.replace('.log', '.index');
  fileSystem.beforeSync = (path) => {
    if (path !== index) return;
    fileSystem.overwrite(index, (bytes) => bytes.fill(0));
    throw systemError('ENOSPC', 'no room to keep it');
  };
  await log.mark();
  assert.equal(log.failure, undefined);
  fileSystem.beforeSync = undefined;
  const { recoveryPoint } = await log.close();
  const again = await openLog({ ...options, fileSystem, recoveryPoint, cleanShutdown: true });
  for (let n = 0n; n < 20n; n++) assert.equal(readValues(again, { fromOffset: n, maxBytes: 1 })[0]?.offset, n);
});

test('a broken disk ends the log, and no full segment stands on indexes that may not be there', async () => {
  for (const [code, segmentBytes] of [
    ['EIO', 1_000_000],
    ['ENOSPC', 2500],
  ] as const) {
    const fileSystem = new UnreliableFileSystem();
    const config = { segmentBytes };
    const log = await openLog({ ...options, fileSystem, config });
    for (let n = 0; n < 12; n++) await appendDurably(log, batchOf(['x'.repeat(100)]));
    const [reached, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    fileSystem.beforeSync = (path) => {
      if (!path.endsWith('.index')) return;
      fileSystem.beforeSync = undefined;
      reached.resolve();
      return failing.promise;
    };
    const marking = log.mark();
    await reached.promise;
    for (let n = 0; n < 10; n++) log.append(batchOf(['x'.repeat(100)]), { leaderEpoch: 0, origin: 'client' });
    failing.reject(systemError(code, 'not kept'));
    await marking;
    assert.ok(log.failure, code);
  }
});
