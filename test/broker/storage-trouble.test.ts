import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../src/base/clock.ts';
import { fault } from '../../src/base/errors.ts';
import { tellStorageTrouble } from '../../src/broker/storage-trouble.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { RawTransactions } from '../crash/raw-transactions.ts';
import { startBroker } from './start-broker.ts';

test('a disk that refuses records is told once in a while, with what to do', () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  let nowMs = 0;
  const broker = { logger, clock: { ...systemClock, monotonicMs: () => nowMs } };
  const full = fault('DISK_FULL', 'raw_video_frames-3: no room to append');
  for (; nowMs < 15_000; nowMs += 100) tellStorageTrouble(broker, full);
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /raw_video_frames-3: no room to append[\s\S]*Free space[\s\S]*DISK_FULL/);
});

test('groups and transactions that find no room say so once, with what to do', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const fileSystem = new UnreliableFileSystem();
  await using broker = await startBroker({ fileSystem, dataDir: '/data', logger });
  const client = await RawClient.connect(broker.bootstrap);
  const transactions = new RawTransactions(client, 'writer');
  await transactions.begin();
  const fixture = await Fixture.open(broker);
  await transactions.addPartition(fixture.topic, 0);
  await transactions.commitOffset('readers', { topic: fixture.topic, partition: 0, offset: 1n });
  fileSystem.roomBytes = 0;
  const offset = { topic: fixture.topic, partition: 0, offset: 2n };
  for (let n = 0; n < 3; n++) {
    await assert.rejects(transactions.commitOffset('readers', offset), /COORDINATOR_NOT_AVAILABLE/);
    await assert.rejects(transactions.end(true), /COORDINATOR_NOT_AVAILABLE/);
  }
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /no room to append[\s\S]*Free space/);
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  await transactions.end(true);
  client.close();
  fixture.close();
});

test('a disk that is full at the end is told in a line or two, without a stack, and the next start recovers', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const fileSystem = new UnreliableFileSystem();
  const broker = await startBroker({ fileSystem, dataDir: '/data', logger });
  const fixture = await Fixture.open(broker, { partitions: 7 });
  for (let partition = 0; partition < 7; partition++) await fixture.produce(values('kept'), { partition });
  fixture.close();
  fileSystem.roomBytes = 0;
  await broker.close();
  assert.ok(lines.length > 0 && lines.length <= 3, lines.join('\n'));
  for (const line of lines) assert.ok(!JSON.parse(line).err, line);
  assert.match(lines.join(), /could not be closed in order; the next start recovers them: .*and 6 more logs/);
  fileSystem.roomBytes = Number.POSITIVE_INFINITY;
  await using again = await startBroker({ fileSystem, dataDir: '/data' });
  const reader = await Fixture.open(again);
  const { values: read } = await reader.fetch(0n, { topic: fixture.topic, partition: 6 });
  assert.deepEqual(read, ['kept']);
  reader.close();
});
