import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBroker } from '../broker/start-broker.ts';
import { kafkaLibraries, kafkaToolCommand } from '../support/apache-kafka.ts';
import { commitOffset, createTopic } from './administer.ts';
import { runProgram } from './client-program.ts';
import { writeVariedRecords } from './varied-records.ts';

const libraries = kafkaLibraries();
const skip = libraries ? false : "needs Apache Kafka's tools: .ci/run installs them";

/** What DumpLogSegments says on standard error when a file does not hold what it should; it ends with code 0 all the same. */
const complaints =
  /mismatch|out of order|non-consecutive|isvalid: false|invalid bytes|corrupt|exception|error|could not|not found|unknown/i;

async function dump(files: readonly string[], ...options: readonly string[]): Promise<string> {
  const args = ['--files', files.join(','), ...options];
  const command = kafkaToolCommand(libraries ?? '', 'org.apache.kafka.tools.DumpLogSegments', args);
  return runProgram(command, {}, { withErrors: true });
}

/** Of every segment but a log's first one it says that its first offset does not follow −1: that is left out. */
function complaintsIn(dumped: string): string[] {
  const lines = dumped.replaceAll(/^Non-consecutive offsets in .*\n {2}-1 is followed by \d+$/gm, '').split('\n');
  return lines.filter((line) => complaints.test(line)).map((line) => line.slice(0, 300));
}

async function filesOf(folder: string, kind: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return found
    .filter((name) => name.endsWith(kind))
    .sort()
    .map((name) => join(folder, name));
}

test("Apache's DumpLogSegments reads every file that the broker wrote", { skip }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'vigil-dump-'));
  try {
    await using broker = await startBroker({ dataDir });
    const configs = { 'segment.bytes': '1048576', 'index.interval.bytes': '4096' };
    await createTopic(broker.bootstrap, 'varied', { configs });
    const committed = await writeVariedRecords(broker.bootstrap, 'varied');
    await commitOffset(broker.bootstrap, 'dumpers', 'varied', 7n);
    await broker.close();

    const logs = await filesOf(join(dataDir, 'varied-0'), '.log');
    assert.ok(logs.length >= 3, `${logs.length} segments`);
    const dumped = await dump(logs, '--deep-iteration', '--print-data-log');
    assert.deepEqual(complaintsIn(dumped), []);
    assert.equal(dumped.match(/payload: \w+ \d+ \d+ [0-9a-f]{4000}/g)?.length, 9 * 6 * 18);
    assert.doesNotMatch(dumped, /trailing/);
    assert.equal(dumped.match(/endTxnMarker: COMMIT/g)?.length, 6);
    assert.equal(dumped.match(/endTxnMarker: ABORT coordinatorEpoch: \d+/g)?.length, 3);
    assert.equal(committed.length, (9 * 5 + 6) * 21);

    const indexes = await filesOf(dataDir, '.index');
    const timeIndexes = await filesOf(dataDir, '.timeindex');
    for (const { length } of [indexes, timeIndexes]) assert.ok(length >= logs.length + 8, `${length} files`);
    const both = [...indexes, ...timeIndexes];
    const entries = await dump(both);
    assert.deepEqual(complaintsIn(entries), []);
    for (const entry of [/^offset: \d+ position: \d+$/gm, /^timestamp: \d+ offset: \d+$/gm]) {
      assert.ok((entries.match(entry)?.length ?? 0) > logs.length, `${entry}: ${entries}`);
    }
    assert.deepEqual(complaintsIn(await dump(both, '--verify-index-only', '--deep-iteration')), []);
    const sane = await dump(both, '--index-sanity-check');
    assert.deepEqual(complaintsIn(sane), []);
    assert.equal(sane.match(/(passed sanity check|is empty)\.$/gm)?.length, both.length);
    for (const files of [indexes, timeIndexes]) {
      const [file = ''] = files.filter((each) => each.includes('varied-0'));
      await misleadLastEntry(file);
      assert.match(await dump([file]).catch(String), complaints, 'a wrong entry is told');
    }

    const rest = await dump([...(await filesOf(dataDir, '.txnindex')), ...(await filesOf(dataDir, '.snapshot'))]);
    assert.deepEqual(complaintsIn(rest), []);
    assert.equal(
      rest.match(/version: 0 producerId: \d+ firstOffset: \d+ lastOffset: \d+ lastStableOffset: \d+/g)?.length,
      3,
    );
    assert.match(rest, /producerId: \d+ producerEpoch: \d+ coordinatorEpoch: -?\d+ .*lastSequence: 944/);

    const offsets = await dump(
      await filesOf(dataDir, '.log').then(of('__consumer_offsets')),
      '--offsets-decoder',
      '--print-data-log',
    );
    assert.deepEqual(complaintsIn(offsets), []);
    assert.match(offsets, /"group":"dumpers".*"offset":7\b/);
    const transactions = await dump(
      await filesOf(dataDir, '.log').then(of('__transaction_state')),
      '--transaction-log-decoder',
      '--print-data-log',
    );
    assert.deepEqual(complaintsIn(transactions), []);
    assert.match(transactions, /"transactionalId":"writer of varied"/);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Changes the first half of an index's last entry, an offset or a time, to see that it would be told. */
async function misleadLastEntry(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5);
  await writeFile(file, bytes);
}

function of(topic: string): (files: readonly string[]) => string[] {
  return (files) => files.filter((file) => file.includes(topic));
}
