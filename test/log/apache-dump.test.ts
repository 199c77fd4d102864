import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFileSystem } from '../../src/base/node-file-system.ts';
import { encodeTransactionEnd } from '../../src/wire/control-record.ts';
import { compressionNames } from '../../src/wire/record-batch.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { appendDurably, batchOf, openLog, sequenced, startMs } from './open-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Folder with the jars of Apache Kafka's tools, or undefined. */
const libraries = process.env.VIGIL_KAFKA_LIBS;
const skip = libraries && existsSync(libraries) ? false : 'needs Apache Kafka’s tools (VIGIL_KAFKA_LIBS) and Java';

/** Since Kafka 4.2 the tool lies with the others; before, with the broker. */
const toolNames = ['org.apache.kafka.tools.DumpLogSegments', 'kafka.tools.DumpLogSegments'];

function dump(...options: string[]): string {
  const failures: unknown[] = [];
  for (const tool of toolNames) {
    try {
      const command = ['-Xmx256m', '-XX:+UseSerialGC', '-cp', join(libraries ?? '', '*'), tool, ...options];
      return execFileSync('java', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'neither tool ran');
}

/** A log of several segments with all that a log may hold. */
async function writeLog(directory: string): Promise<void> {
  const config = { segmentBytes: 9000, indexIntervalBytes: 700 };
  const log = await openLog({ fileSystem: nodeFileSystem, directory, config });
  for (let n = 0; n < 60; n++) {
    const compression = compressionNames[n % compressionNames.length] ?? 'none';
    const more = { compression, timestamp: BigInt(startMs + n * 10) };
    await appendDurably(log, batchOf([`value ${n}`, 'x'.repeat(300)], more), n < 30 ? 0 : 3);
  }
  for (let n = 0; n < 4; n++) await appendDurably(log, sequenced(['p'], { baseSequence: n }), 3);
  await appendDurably(log, sequenced(['t'], { producerId: 8n, isTransactional: true }), 3);
  const records = [encodeTransactionEnd({ result: 'abort', coordinatorEpoch: 2 })];
  const marker = { records, isControl: true, isTransactional: true, producerId: 8n, producerEpoch: 0 };
  const ended = log.append(encodeBatch(marker), { leaderEpoch: 3, origin: 'coordinator' });
  assert.ok(ended.ok);
  await log.close();
}

test('Apache Kafka’s DumpLogSegments reads every file of a log and finds no fault', { skip }, async (context) => {
  const directory = join(temporaryFolder(context), 'topic-0');
  await writeLog(directory);
  const files = readdirSync(directory);
  const named = (ending: string): string[] =>
    files.filter((name) => name.endsWith(ending)).map((name) => join(directory, name));
  assert.ok(named('.log').length >= 2);

  const records = dump('--deep-iteration', '--files', named('.log').join(','));
  assert.equal(records.match(/isvalid: true/g)?.length, 66);
  assert.doesNotMatch(records, /isvalid: false|trailing|Error/);
  assert.match(records, /endTxnMarker: ABORT coordinatorEpoch: 2/);

  const indexes = [...named('.index'), ...named('.timeindex')];
  const checked = dump('--index-sanity-check', '--files', indexes.join(','));
  assert.equal(checked.match(/passed sanity check/g)?.length, indexes.length);
  assert.doesNotMatch(dump('--files', indexes.join(',')), /[Mm]ismatch|[Ff]ound|Error/);

  const rest = dump('--files', [...named('.txnindex'), ...named('.snapshot')].join(','));
  assert.match(rest, /producerId: 8 firstOffset: 124 lastOffset: 125 lastStableOffset: 126/);
  assert.match(rest, /producerId: 7 producerEpoch: 0 .*lastSequence: 3 lastOffset: 123/);
});
