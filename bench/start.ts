// How soon is Vigil ready, and what does the bundle that the set-up makes do for it? From process start to the broker's open
// port, to the page's address of a whole `vigil up`, and from Ctrl-C to its end; from the bundle and from the sources, in turns.
//   node bench/start.ts [rounds]
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freshBundle } from '../bin/bundle.mjs';
import { processorMs, residentMb } from '../test/support/processes.ts';
import { untilOpen } from './broker/targets.ts';
import { modelsFolder } from './lib/material.ts';
import { type Figure, report } from './lib/results.ts';
import { stop, temporaryFolder } from './lib/vigil-process.ts';

const rounds = Number(process.argv[2] ?? 11);
const root = join(import.meta.dirname, '..');
if (!freshBundle(root)) throw new Error('there is no bundle of the sources as they are: run npm run setup first');

/** `from` is the module that Node is started with. */
const ways = [
  { name: 'bundle', from: join(root, 'bin/vigil.mjs') },
  { name: 'sources', from: join(root, 'src/cli/main.ts') },
];
const folder = temporaryFolder();
/** Time for what goes on after the port is open. */
const settleMs = 2500;

function start(from: string, args: string[]): ChildProcess {
  const env = { ...process.env, VIGIL_LOG_LEVEL: 'warn', VIGIL_MODELS: modelsFolder };
  return spawn(process.execPath, [from, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
}

interface BrokerStart {
  readyMs: number;
  processorMs: number;
  idleMb: number;
}

async function startBroker(from: string): Promise<BrokerStart> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const data = join(folder, `${performance.now()}`);
  const startedMs = performance.now();
  const child = start(from, ['broker', '--data', data, '--listen', `127.0.0.1:${port}`]);
  child.stdout?.resume();
  await untilOpen(port);
  const readyMs = performance.now() - startedMs;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const pid = child.pid ?? 0;
  const seen = { readyMs, processorMs: processorMs(pid), idleMb: residentMb(pid) };
  await stop(child);
  rmSync(data, { recursive: true });
  return seen;
}

interface JourneyStart {
  /** Until the page's address is printed: broker, detector, tracks, page and a camera are ready. */
  readyMs: number;
  /** From Ctrl-C until all of it has ended. */
  endedMs: number;
}

async function startJourney(from: string): Promise<JourneyStart> {
  const data = join(folder, `${performance.now()}`);
  const startedMs = performance.now();
  const places = ['--data', data, '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const child = start(from, ['up', '--camera', 'testsrc', ...places]);
  let output = '';
  while (!/http:\/\/\S+/.test(output)) {
    const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    output += chunk.toString('utf8');
  }
  const readyMs = performance.now() - startedMs;
  child.stdout?.resume();
  const interruptedMs = performance.now();
  await stop(child);
  const endedMs = performance.now() - interruptedMs;
  rmSync(data, { recursive: true });
  return { readyMs, endedMs };
}

const figures: Figure[] = [];
const figureOf = (what: string, unit: string, wanted?: string): Figure => {
  const figure = { what, unit, values: [], ...(wanted ? { wanted } : {}) };
  figures.push(figure);
  return figure;
};
const measured = ways.map(({ name, from }) => ({
  from,
  ready: figureOf(`broker, ${name}: process start to open port`, 'ms', '≤ 300'),
  processor: figureOf(`broker, ${name}: processor time of a start`, 'ms'),
  idle: figureOf(`broker, ${name}: resident memory, idle`, 'MB', '≤ 100'),
  journey: figureOf(`vigil up, ${name}: process start to the page's address`, 'ms'),
  ending: figureOf(`vigil up, ${name}: Ctrl-C to the end of all parts`, 'ms', '≤ 3000'),
}));
// The first round of each writes and reads the compiled modules for the first time.
for (let round = 0; round <= rounds; round++) {
  for (const { from, ready, processor, idle, journey, ending } of measured) {
    const broker = await startBroker(from);
    const whole = round <= Math.ceil(rounds / 3) ? await startJourney(from) : undefined;
    if (round === 0) continue;
    ready.values.push(broker.readyMs);
    processor.values.push(broker.processorMs);
    idle.values.push(broker.idleMb);
    if (!whole) continue;
    journey.values.push(whole.readyMs);
    ending.values.push(whole.endedMs);
  }
}
report('start', 'How soon is Vigil ready?', figures);
