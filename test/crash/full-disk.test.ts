import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { Random } from '../broker/random.ts';
import { startBroker } from '../broker/start-broker.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { compare, emptyKnowledge, type Knowledge, observe, PowerClients } from './power-model.ts';

const seeds = process.env.VIGIL_LONG === '1' ? 200 : 5;
const fillings = 12;
const config = {
  'offsets.topic.num.partitions': 2,
  'transaction.state.log.num.partitions': 2,
  'log.flush.offset.checkpoint.interval.ms': 10,
  'log.cleaner.backoff.ms': 5,
};

test('a disk that fills up at any moment is told to clients, loses nothing, and all goes on once there is room', async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      await fillUp(new Random(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
});

/** Clients work; again and again there is no more room at some byte, until a step fails and space is freed. */
async function fillUp(random: Random): Promise<void> {
  const fileSystem = new UnreliableFileSystem();
  const options = { fileSystem, dataDir: '/data', config };
  const broker = await startBroker(options);
  const fixture = Fixture.over(await RawClient.connect(broker.bootstrap), '');
  let known = emptyKnowledge();
  for (let filling = 0; filling < fillings; filling++) {
    const clients = new PowerClients(fixture, known, random, `${filling}`);
    await clients.begin();
    fileSystem.roomBytes = random.below(6000);
    let failed: ReturnType<PowerClients['next']> | undefined;
    for (let step = 0; step < 100 && failed === undefined; step++) {
      const next = clients.next();
      await next.run().then(
        () => next.apply(known),
        () => {
          failed = next;
        },
      );
    }
    fileSystem.roomBytes = Number.POSITIVE_INFINITY;
    const found = await observe(fixture);
    compare(found, known, failed);
    known = found;
    await writeToAll(clients, known);
  }
  fileSystem.killProcess();
  fixture.close();
  await broker.close().catch(() => {});
  await using again = await startBroker(options);
  const reader = Fixture.over(await RawClient.connect(again.bootstrap), '');
  compare(await observe(reader), known, undefined);
  reader.close();
}

/** Every topic takes records again: a log that the want of room had ended for good would not. */
async function writeToAll(clients: PowerClients, known: Knowledge): Promise<void> {
  for (const name of known.topics.keys()) {
    const step = clients.produce(name);
    await step.run();
    step.apply(known);
  }
}

/** A file system of that size at a fresh folder, or undefined where this user may not mount. */
function mountSmall(sizeMb: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

test('a real file system of a few megabytes fills up and is freed', async (t) => {
  const folder = mountSmall(6);
  if (folder === undefined) {
    t.skip('this user may not mount');
    return;
  }
  t.after(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(2_000_000));
  const dataDir = join(folder, 'data');
  const kept: string[] = [];
  let topic = '';
  {
    await using broker = await startBroker({ dataDir, config });
    const fixture = await Fixture.open(broker, { partitions: 2 });
    topic = fixture.topic;
    const produce = async (text: string) => {
      const { error } = await fixture.produce(values(text.padEnd(50_000, '.')));
      if (error === 'NONE') kept.push(text);
      return error;
    };
    for (let n = 0; (await produce(`${n}`)) === 'NONE'; n++) assert.ok(n < 1000, 'the disk never fills up');
    assert.equal(await produce('refused'), 'KAFKA_STORAGE_ERROR');
    assert.equal((await fixture.fetch(0n)).error, 'NONE', 'readers are served');
    rmSync(ballast);
    assert.equal(await produce('after'), 'NONE');
    assert.equal((await fixture.produce(values('other'), { partition: 1 })).error, 'NONE');
    fixture.close();
  }
  await using again = await startBroker({ dataDir, config });
  const reader = Fixture.over(await RawClient.connect(again.bootstrap), topic);
  const found = await reader.fetch(0n, { maxBytes: 50_000_000 });
  assert.deepEqual(
    found.values.map((value) => value?.replaceAll('.', '')),
    kept,
  );
  reader.close();
});
