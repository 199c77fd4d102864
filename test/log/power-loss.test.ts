import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { type PowerLoss, seededRandom, UnreliableFileSystem } from '../base/unreliable-file-system.ts';
import { batchOf, openLog } from './open-log.ts';
import { readValues } from './read-values.ts';

const rounds = 80;

/** Appends as several clients would, until the power goes at a random moment. */
class Load {
  readonly appended: string[] = [];
  /** How many of `appended`, from the front, were acknowledged. */
  acknowledged = 0;
  readonly #log: PartitionLog;
  readonly #random: () => number;

  constructor(log: PartitionLog, before: readonly string[], random: () => number) {
    this.#log = log;
    this.#random = random;
    this.appended.push(...before);
    this.acknowledged = before.length;
  }

  async run(): Promise<void> {
    const appends = 1 + Math.floor(this.#random() * 25);
    for (let n = 0; n < appends; n++) {
      this.#append();
      if (this.#random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
      if (this.#random() < 0.2) void this.#log.mark();
    }
  }

  #append(): void {
    const count = 1 + Math.floor(this.#random() * 3);
    const values = Array.from(
      { length: count },
      () => `${this.appended.length} ${'x'.repeat(this.#random() * this.#random() * 700)}`,
    );
    const outcome = this.#log.append(batchOf(values), { leaderEpoch: 0, origin: 'client' });
    assert.ok(outcome.ok);
    this.appended.push(...values);
    const end = this.appended.length;
    outcome.durable.then(
      () => {
        this.acknowledged = Math.max(this.acknowledged, end);
      },
      () => {},
    );
  }
}

for (const keeps of ['nothing', 'anything'] as const) {
  test(`after kills and power losses that keep ${keeps} that was not synced, everything acknowledged or shown is there`, async () => {
    for (let seed = 1; seed <= rounds; seed++) await surviveLosses(keeps, seed);
  });
}

async function surviveLosses(keeps: PowerLoss['keeps'], seed: number): Promise<void> {
  const random = seededRandom(seed);
  const fileSystem = new UnreliableFileSystem();
  let values: string[] = [];
  let recoveryPoint = 0n;
  for (let life = 0; life < 3; life++) {
    const bytesBetweenMarks = 500;
    const log = await openLog({ fileSystem, recoveryPoint, bytesBetweenMarks, config: { segmentBytes: 3000 } });
    assert.deepEqual(
      readValues(log).map((each) => each.value),
      values,
      `seed ${seed}`,
    );
    const load = new Load(log, values, random);
    await load.run();
    const shown = readValues(log).length;
    if (random() < 0.5) recoveryPoint = log.recoveryPoint;
    if (random() < 0.3) fileSystem.killProcess();
    else fileSystem.losePower(keeps === 'nothing' ? { keeps } : { keeps, random });
    const { acknowledged } = load;
    const again = await openLog({ fileSystem, recoveryPoint, config: { segmentBytes: 3000 } });
    const found = readValues(again);
    assert.ok(found.length >= acknowledged, `seed ${seed}: ${found.length} of ${acknowledged} acknowledged records`);
    assert.ok(found.length >= shown, `seed ${seed}: ${found.length} of ${shown} records that had been shown`);
    values = found.map((each) => each.value);
    assert.deepEqual(values, load.appended.slice(0, values.length), `seed ${seed}`);
    assert.deepEqual(
      found.map((each) => each.offset),
      values.map((_, index) => BigInt(index)),
      `seed ${seed}`,
    );
    checkLookups(again, values, random);
    fileSystem.losePower({ keeps: 'nothing' });
  }
}

/** Reads at single offsets, which goes through the indexes. */
function checkLookups(log: PartitionLog, values: readonly string[], random: () => number): void {
  for (let n = 0; n < 5 && values.length > 0; n++) {
    const offset = BigInt(Math.floor(random() * values.length));
    const [first] = readValues(log, { fromOffset: offset, maxBytes: 1 }).filter((each) => each.offset >= offset);
    assert.deepEqual(first, { offset, value: values[Number(offset)] });
  }
}

test('a log whose flushes never reach the disk loses what was appended, so the model can tell', async () => {
  const fileSystem = new UnreliableFileSystem();
  const log = await openLog({ fileSystem, config: { flushPolicy: 'never' } });
  const outcome = log.append(batchOf(['lost']), { leaderEpoch: 0, origin: 'client' });
  assert.ok(outcome.ok);
  await outcome.durable;
  assert.equal(readValues(log).length, 1);
  fileSystem.losePower({ keeps: 'nothing' });
  assert.equal(readValues(await openLog({ fileSystem })).length, 0);
});
