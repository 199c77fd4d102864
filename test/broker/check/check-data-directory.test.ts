import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileSystem, parentOf, readWholeFile, writeFully } from '../../../src/base/file-system.ts';
import { MemoryFileSystem } from '../../../src/base/memory-file-system.ts';
import { checkDataDirectory } from '../../../src/broker/check/check-data-directory.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../../../src/wire/messages/08-offset-commit.ts';
import { Fixture, values } from '../../contract/fixture.ts';
import { TransactionalProducer } from '../../contract/transactional-producer.ts';
import { startBroker } from '../start-broker.ts';

const dataDir = '/data';
const commit = { request: offsetCommitRequest, response: offsetCommitResponse };

/** A data directory with three segments of records, a group and a transactional id, left in order. */
async function filled(): Promise<{ fileSystem: MemoryFileSystem; log: string }> {
  const fileSystem = new MemoryFileSystem();
  const broker = await startBroker({ fileSystem, dataDir });
  const configs = { 'segment.bytes': '4000', 'index.interval.bytes': '500' };
  const fixture = await Fixture.open(broker, { configs });
  for (let i = 0; i < 21; i++) await fixture.produce(values(`${i}`.padEnd(400)));
  const topics = [
    { name: fixture.topic, partitions: [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: null }] },
  ];
  await fixture.client.send(commit, 7, { groupId: 'group', memberId: '', topics });
  await new TransactionalProducer(fixture).init();
  fixture.close();
  await broker.close();
  return { fileSystem, log: `${dataDir}/${fixture.topic}-0` };
}

/** Every file with its content. */
function everything(fileSystem: FileSystem, folder = dataDir): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of fileSystem.list(folder)) {
    const path = `${folder}/${name}`;
    if (fileSystem.stat(path)?.isDirectory) for (const each of everything(fileSystem, path)) found.set(...each);
    else found.set(path, readWholeFile(fileSystem, path)?.toString('latin1') ?? '');
  }
  return found;
}

function overwrite(fileSystem: FileSystem, path: string, position: number, bytes = [0xff]): void {
  const file = fileSystem.open(path, 'create');
  writeFully(file, [Buffer.from(bytes)], position);
  file.close();
}

async function check(fileSystem: FileSystem): Promise<string[]> {
  const before = everything(fileSystem);
  const { findings } = await checkDataDirectory(dataDir, fileSystem);
  assert.deepEqual(everything(fileSystem), before, 'a check changed something');
  return findings.map(({ kind, what }) => `${kind} ${what}`);
}

test('a directory that was left in order is in order, and counted', async () => {
  const { fileSystem } = await filled();
  const found = await checkDataDirectory(dataDir, fileSystem);
  assert.deepEqual(found.findings, []);
  const { wasLeftInOrder, topics, partitions, groups, transactions } = found;
  assert.deepEqual(
    { wasLeftInOrder, topics, partitions, groups, transactions },
    {
      ...{ wasLeftInOrder: true, topics: 3, partitions: 9, groups: 1, transactions: 1 },
    },
  );
  assert.equal(found.records, 21 + 1 + 1);
  assert.ok(found.segments >= 3 + 8);
});

test('a running broker keeps the check out', async () => {
  const { fileSystem } = await filled();
  await using _broker = await startBroker({ fileSystem, dataDir });
  await assert.rejects(checkDataDirectory(dataDir, fileSystem), { code: 'DATA_DIRECTORY_IN_USE' });
});

test('a directory that is not there is told, and not made', async () => {
  const fileSystem = new MemoryFileSystem();
  await assert.rejects(checkDataDirectory(dataDir, fileSystem), { code: 'DATA_DIRECTORY_UNUSABLE' });
  assert.equal(fileSystem.stat(dataDir), undefined);
});

interface Mishap {
  title: string;
  happen(fileSystem: MemoryFileSystem, log: string): unknown;
  expected: RegExp;
}

const segment = '00000000000000000000';

const repairs: Mishap[] = [
  {
    title: 'a crash: no mark of an orderly end',
    happen: (fileSystem) => fileSystem.remove(`${dataDir}/.kafka_cleanshutdown`),
    expected: /^repair \/data: was not left in order/,
  },
  {
    title: 'an index that is missing',
    happen: (fileSystem, log) => fileSystem.remove(`${log}/${segment}.index`),
    expected: /^repair .*00000\.log: an index was missing or damaged and has been rebuilt/,
  },
  {
    title: 'an index entry that points between batches',
    happen: (fileSystem, log) => overwrite(fileSystem, `${log}/${segment}.index`, 7),
    expected: /^repair .*00000\.index: an entry points at byte \d+.* remove it while the broker is stopped/,
  },
  {
    title: 'a time index that goes back',
    happen: (fileSystem, log) => overwrite(fileSystem, `${log}/${segment}.timeindex`, 0, [0x7f]),
    expected: /^repair .*00000\.(log|timeindex): /,
  },
  {
    title: 'a compaction that was cut short before it was decided',
    happen: (fileSystem, log) => overwrite(fileSystem, `${log}/${segment}.log.cleaned`, 0),
    expected: /^repair .*\.cleaned: left over from a stop/,
  },
  {
    title: 'a snapshot of producers with a flipped bit',
    happen: (fileSystem, log) => overwrite(fileSystem, newest(fileSystem, log, '.snapshot'), 8),
    expected: /^repair .*\.snapshot: the snapshot of producers is damaged/,
  },
  {
    title: 'a deletion that was cut short',
    happen: (fileSystem) => fileSystem.makeDirectory(`${dataDir}/old-0.0123-delete`),
    expected: /^repair .*old-0\.0123-delete: left over from a deletion/,
  },
];

const damages: Mishap[] = [
  {
    title: 'a flipped bit in a segment that was on the disk',
    happen: (fileSystem, log) => overwrite(fileSystem, `${log}/${segment}.log`, 100),
    expected: /^damage .*00000\.log: damaged at byte 0 \(the checksum does not match\); \d+ bytes follow$/,
  },
  {
    title: 'a segment that was cut off after an orderly end',
    happen: (fileSystem, log) => {
      const path = newest(fileSystem, log, '.log');
      fileSystem.open(path, 'write').truncate(0);
    },
    expected: /^damage .*: the log ends at offset \d+, but was on the disk up to 21$/,
  },
  {
    title: 'a folder that is gone',
    happen: (fileSystem, log) => fileSystem.rename(log, `${parentOf(log)}/elsewhere`),
    expected: /^damage .*-0: is missing; but topic-\S+ had records up to offset 21$/,
  },
  {
    title: 'a metadata file with a flipped bit',
    happen: (fileSystem) => overwrite(fileSystem, `${dataDir}/vigil-metadata.json`, 60),
    expected: /^damage .*vigil-metadata\.json has checksum .*; the broker does not start$/,
  },
  {
    title: 'a metadata file that is gone',
    happen: (fileSystem) => fileSystem.remove(`${dataDir}/vigil-metadata.json`),
    expected: /^damage .*vigil-metadata\.json: missing; 9 folders of partitions belong to no topic$/,
  },
  {
    title: 'a checkpoint that is no checkpoint',
    happen: (fileSystem) => overwrite(fileSystem, `${dataDir}/recovery-point-offset-checkpoint`, 0, [0x39]),
    expected: /^damage .*recovery-point-offset-checkpoint: version is "9", not 0; the broker does not start$/,
  },
];

function newest(fileSystem: FileSystem, folder: string, suffix: string): string {
  const names = fileSystem.list(folder).filter((name) => name.endsWith(suffix));
  return `${folder}/${names.sort().at(-1)}`;
}

for (const { title, happen, expected } of repairs) {
  test(`to be repaired, and repaired by a start: ${title}`, async () => {
    const { fileSystem, log } = await filled();
    await happen(fileSystem, log);
    const found = await check(fileSystem);
    assert.ok(
      found.some((each) => expected.test(each)),
      found.join('\n'),
    );
    assert.ok(!found.some((each) => each.startsWith('damage')), found.join('\n'));
    const broker = await startBroker({ fileSystem, dataDir });
    await broker.close();
  });
}

for (const { title, happen, expected } of damages) {
  test(`damage: ${title}`, async () => {
    const { fileSystem, log } = await filled();
    await happen(fileSystem, log);
    const found = await check(fileSystem);
    assert.ok(
      found.some((each) => expected.test(each)),
      found.join('\n'),
    );
  });
}

test('a torn tail after a crash is cut off by the next start, and no damage', async () => {
  const { fileSystem, log } = await filled();
  await fileSystem.remove(`${dataDir}/.kafka_cleanshutdown`);
  const path = newest(fileSystem, log, '.log');
  const size = fileSystem.stat(path)?.sizeBytes ?? 0;
  overwrite(fileSystem, path, size, [1, 2, 3]);
  const found = await check(fileSystem);
  assert.equal(found.length, 2, found.join('\n'));
  assert.match(found[1] ?? '', /^repair .*the log ends at offset 21; 3 bytes were cut off/);
  await using broker = await startBroker({ fileSystem, dataDir });
  const fixture = await Fixture.open(broker);
  const topic = log.slice(dataDir.length + 1, -2);
  assert.equal((await fixture.fetch(0n, { topic })).highWatermark, 21n);
  fixture.close();
});
