import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlushPolicy } from '../../src/log/log-config.ts';
import { UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { Random } from '../broker/random.ts';
import { startBroker } from '../broker/start-broker.ts';
import { Fixture } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { compare, emptyKnowledge, type Knowledge, observe, PowerClients, type Step } from './power-model.ts';

const seeds = process.env.VIGIL_LONG === '1' ? 300 : 15;
const livesPerSeed = 4;
/** A broker that syncs little must lose power, too. */
const maxSteps = 100;
const dataDir = '/data';
/** Small, busy and quick to clean up after itself, so that the power goes in the middle of everything. */
const config = {
  'offsets.topic.num.partitions': 2,
  'transaction.state.log.num.partitions': 2,
  'log.flush.offset.checkpoint.interval.ms': 10,
  'log.retention.check.interval.ms': 10,
  'log.cleaner.backoff.ms': 5,
};

for (const keeps of ['nothing', 'anything'] as const) {
  test(`what a broker has told its clients outlives power losses that keep ${keeps} that was not synced`, async () => {
    for (let seed = 1; seed <= seeds; seed++) await survive(seed, keeps);
  });
}

async function survive(seed: number, keeps: 'nothing' | 'anything', flush: FlushPolicy = 'commit'): Promise<void> {
  const random = new Random(seed);
  let fileSystem = new UnreliableFileSystem();
  let known = emptyKnowledge();
  for (let life = 0; life < livesPerSeed; life++) {
    const place = `seed ${seed}, life ${life}`;
    const { open, disk } = await live({ fileSystem, keeps, random, known, place, flush });
    fileSystem = disk;
    try {
      known = await look({ fileSystem, flush, known, open });
    } catch (error) {
      throw new Error(`${place}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
}

/** @returns what is there. @throws when that is not what clients were told */
async function look({
  fileSystem,
  flush,
  known,
  open,
}: Pick<Life, 'fileSystem' | 'flush' | 'known'> & { open: Step | undefined }) {
  await using broker = await startBroker({ fileSystem, dataDir, config, flush });
  const fixture = Fixture.over(await RawClient.connect(broker.bootstrap), '');
  try {
    const found = await observe(fixture);
    compare(found, known, open);
    return found;
  } finally {
    fixture.close();
  }
}

interface Life {
  fileSystem: UnreliableFileSystem;
  keeps: 'nothing' | 'anything';
  random: Random;
  known: Knowledge;
  place: string;
  flush: FlushPolicy;
}

/** Clients work until the power goes at some sync. @returns the step that was under way, and what the disk then holds */
async function live({
  fileSystem,
  keeps,
  random,
  known,
  place,
  flush,
}: Life): Promise<{ open: Step | undefined; disk: UnreliableFileSystem }> {
  const broker = await startBroker({ fileSystem, dataDir, config, flush });
  const client = await RawClient.connect(broker.bootstrap);
  const clients = new PowerClients(Fixture.over(client, ''), known, random, place.replaceAll(/\D+/g, '.'));
  await clients.begin();
  let disk = fileSystem;
  const isDark = () => disk !== fileSystem;
  let syncsLeft = 1 + random.below(150);
  const losePower = () => {
    disk = fileSystem.afterPowerLoss(keeps === 'nothing' ? { keeps } : { keeps, random: () => random.next() });
    client.close();
  };
  fileSystem.beforeSync = () => {
    if (!isDark() && --syncsLeft === 0) losePower();
  };
  let open: Step | undefined;
  for (let step = 0; !isDark(); step++) {
    if (step === maxSteps) losePower();
    open = clients.next();
    try {
      await open.run();
    } catch (error) {
      if (!isDark()) throw error;
    }
    if (!isDark()) open.apply(known);
  }
  await broker.close().catch(() => {});
  return { open, disk };
}

test('a broker that acknowledges before the disk has it is found out', async () => {
  const broken = async () => {
    for (let seed = 1; seed <= seeds; seed++) await survive(seed, 'nothing', 'never');
  };
  await assert.rejects(broken, /seed \d+, life \d+/);
});
