import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../stage/order/random.ts';
import { Scenario } from './pipeline/scenario.ts';

/** `VIGIL_LONG=1` takes the long way; `VIGIL_CHAOS_RUNS`, `VIGIL_CHAOS_SECONDS` and `VIGIL_CHAOS_SEED` choose any other. */
const isLong = process.env.VIGIL_LONG === '1';
const runs = Number(process.env.VIGIL_CHAOS_RUNS ?? (isLong ? 20 : 1));
const seconds = Number(process.env.VIGIL_CHAOS_SECONDS ?? (isLong ? 60 : 9));
const firstSeed = Number(process.env.VIGIL_CHAOS_SEED ?? 1);
const isNamed = isLong || process.env.VIGIL_CHAOS_RUNS !== undefined;
const betweenKillsMs = 2000;
/** The command itself is one of them; a detector, where most can go wrong, comes twice. */
const victims = ['broker', 'detect people', 'detect people 2', 'detect quick', 'track', 'serve', 'vigil', 'capture'];
const cameras = ['gate', 'hall', 'film', 'round'];

/** At once: a run that hangs shall say where. */
function tell(line: string): void {
  if (isNamed) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** Kills one part after the other without warning; every kind has its turn before one comes again. */
async function killAround({ site }: Scenario, random: Random): Promise<string[]> {
  const killed: string[] = [];
  let turn: string[] = [];
  for (let leftMs = seconds * 1000; leftMs > 0; ) {
    // Not always at the same moment of whatever goes on.
    const pauseMs = betweenKillsMs - 300 + random.between(0, 600);
    await delay(pauseMs);
    // While a command that was killed starts there is nothing that could go wrong: this time does not count.
    if (!site.isUp) continue;
    leftMs -= pauseMs;
    if (turn.length === 0) turn = random.shuffled(victims);
    const next = turn.pop() ?? '';
    const victim = next === 'capture' ? `capture ${random.shuffled(cameras)[0]}` : next;
    if (site.signal(victim, 'SIGKILL')) killed.push(victim);
  }
  tell(`killed: ${killed.join(', ')}`);
  return killed;
}

for (let run = 0; run < runs; run++) {
  const seed = firstSeed + run;
  test(`four cameras, a part killed every 2 s for ${seconds} s: nothing is lost or doubled, and all is in order (seed ${seed})`, {
    timeout: 300_000 + seconds * 20_000,
  }, async (t) => {
    const scenario = await Scenario.make(t);
    await scenario.start();
    tell('started');
    tell(`seed ${seed}: ${scenario.folder}`);
    const killed = await killAround(scenario, new Random(seed));
    tell('judging');
    const { report: _, ...verdict } = await scenario.judge().catch((error: Error) => {
      tell(`${scenario.folder}: ${error.message}`);
      throw error;
    });
    tell(`seed ${seed}: ${JSON.stringify(verdict)}`);
    assert.ok(killed.length >= Math.min(3, seconds / 4), `only ${killed.length} parts were killed`);
    assert.ok(verdict.frames > 50 && verdict.tracks > 20, JSON.stringify(verdict));
  });
}
