import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../broker/random.ts';
import { Fixture } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { type AuditPositions, readOn, seeCommitted } from './audit.ts';
import { BrokerProcess } from './broker-process.ts';
import type { HistoryEvent } from './history.ts';
import { copies, partitions, topic } from './names.ts';
import { findAnomalies } from './oracle.ts';
import { Workload } from './workload.ts';

/** `VIGIL_LONG=1` takes the long way; `VIGIL_CRASH_ROUNDS` and `VIGIL_CRASH_SEED` choose any other. */
const rounds = Number(process.env.VIGIL_CRASH_ROUNDS ?? (process.env.VIGIL_LONG === '1' ? 200 : 3));
const seed = Number(process.env.VIGIL_CRASH_SEED ?? 1);
const busySigns = [
  'send acknowledged',
  'transaction committed',
  'transaction aborted',
  'poll',
  'committed by readers',
  'committed by copiers',
];
/** After this many kills everything is brought to rest, read and checked. */
const roundsPerCheck = 5;
/** How long clients may take, on a machine however busy, to get going again after the last of those kills. */
const busyWithinMs = 60_000;

test(`a broker killed ${rounds} times under load keeps every promise of the log`, {
  timeout: 120_000 + rounds * 25_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'vigil-kill-'));
  // Recovery points that move within a round.
  const broker = new BrokerProcess(directory, { 'log.flush.offset.checkpoint.interval.ms': 100 });
  const history: HistoryEvent[] = [];
  let held = false;
  t.after(async () => {
    await broker.kill();
    if (held) rmSync(directory, { recursive: true, force: true });
    else keep(directory, history);
  });
  const random = new Random(seed);
  const positions: AuditPositions = new Map();
  tell(`seed ${seed}`);
  await broker.start();
  await createTopics(broker.bootstrap);
  for (let done = 0; done < rounds; done += roundsPerCheck) {
    await killUnderLoad(broker, { history, random, kills: Math.min(roundsPerCheck, rounds - done) });
    await check(broker, history, positions);
    tell(`${Math.min(done + roundsPerCheck, rounds)} kills: ${summaryOf(history)}`);
  }
  await check(broker, history, new Map());
  held = true;
});

/** What a broken promise is understood from: the log as it lies on disk, and all that the clients saw. */
function keep(directory: string, history: readonly HistoryEvent[]): void {
  const bigintAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);
  writeFileSync(
    join(directory, 'history.jsonl'),
    history.map((event) => JSON.stringify(event, bigintAsText)).join('\n'),
  );
  process.stderr.write(`kept for a look: ${directory}\n`);
}

/** At once: a run that hangs shall say where. */
function tell(line: string): void {
  if (rounds > roundsPerCheck) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

async function createTopics(bootstrap: string): Promise<void> {
  const fixture = await Fixture.open({ bootstrap });
  for (const name of [topic, copies]) assert.equal(await fixture.createTopic(name, { partitions }), 'NONE');
  fixture.close();
}

let lastValue = 0;

async function killUnderLoad(
  broker: BrokerProcess,
  { history, random, kills }: { history: HistoryEvent[]; random: Random; kills: number },
): Promise<void> {
  const before = history.length;
  const load = new Workload({
    bootstrap: broker.bootstrap,
    history,
    below: (limit) => random.below(limit),
    newValue: (client) => `${client}/${++lastValue}`,
  });
  for (let kill = 0; kill < kills; kill++) {
    await delay(300 + random.below(1200));
    await broker.kill();
    await broker.start();
    const client = await RawClient.connect(broker.bootstrap);
    await seeCommitted(history, client);
    client.close();
  }
  try {
    await untilBusy(() => history.slice(before), kills);
  } finally {
    await load.stop((who) => tell(`still at work: ${who}`));
  }
}

/** @param positions where the auditor reads on; what it read before is read again at the very end */
async function check(broker: BrokerProcess, history: HistoryEvent[], positions: AuditPositions): Promise<void> {
  const fixture = await Fixture.open(broker);
  await readOn(history, fixture, positions);
  await seeCommitted(history, fixture.client);
  fixture.close();
  const anomalies = findAnomalies(history);
  assert.deepEqual(anomalies.slice(0, 20), [], `${anomalies.length} broken promises with seed ${seed}`);
}

/**
 * A run in which little happened proves little: every kind of client has to have done something for each kill. Where a broker
 * is killed again before a group has its members together, they do so after the last one.
 */
async function untilBusy(history: () => readonly HistoryEvent[], kills: number): Promise<void> {
  const lateMs = performance.now() + busyWithinMs;
  for (;;) {
    const counts = countsOf(history());
    const idle = busySigns.filter((what) => (counts.get(what) ?? 0) <= kills);
    if (idle.length === 0) return;
    const seen = idle.map((what) => `${what}: only ${counts.get(what) ?? 0} times`);
    assert.ok(performance.now() < lateMs, seen.join(', '));
    await delay(50);
  }
}

function countsOf(history: readonly HistoryEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of history) {
    if (event.kind === 'poll' && event.client === 'auditor') continue;
    const what = describe(event);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

function describe(event: HistoryEvent): string {
  if ('outcome' in event) return `${event.kind} ${event.outcome}`;
  return event.kind === 'committed' ? `committed by ${event.group}` : event.kind;
}

function summaryOf(history: readonly HistoryEvent[]): string {
  return [...countsOf(history)].map(([what, count]) => `${what} ${count}`).join(', ');
}
