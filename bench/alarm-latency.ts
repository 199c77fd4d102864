// Staged fights before cameras at 10 frames/s, through the whole of `vigil up`: how long from the capture of the last frame that an
// alarm rests on to the alarm, and where the time goes? Some cameras show the first picture of a clip for some seconds, so that
// people stand still, and then its fight, again and again, each camera at another time. There is no cut before the fight: nothing
// but people who begin to fight can raise the alarm. The other cameras show a street and a hall, and are asked for people alone.
//
//   node bench/alarm-latency.ts [alarms] [seconds] [fighting] [ordinary]
//
// ends when so many alarms came, or after so many seconds; then come some to stop. Alarms of the first half minute do not count: until its
// processes are warm and what was filmed meanwhile is worked off, it is the start that is measured.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { filmFrames } from '../src/capture/film-frames.ts';
import type { Alarm } from '../src/topics/alarm-schema.ts';
import { commandOf, processorMs, processTree } from '../test/support/processes.ts';
import { freePort } from './lib/free-port.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { type Figure, report } from './lib/results.ts';
import { startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const [wanted = 100, longestSeconds = 280, fighting = 1, ordinary = 3] = process.argv.slice(2).map(Number);
const clip = footage('fights/fight/fi051.mp4');
const calmFilms = ['people/vtest.avi', 'people/one-by-one-person-detection.mp4', 'traffic/car-detection.mp4'].map(
  footage,
);
const frameMs = 100;
const warmUpMs = 30_000;
/** Pixels. */
const width = 640;
/** An episode ends after four calm seconds, and a window holds two: with less stillness two fights were one. */
const stillFrames = 43;
const fightFrames = 15;

async function pictures(film: string, most: number): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { jpeg } of filmFrames(film, { fps: 10, width, quality: 80 })) {
    found.push(jpeg);
    if (found.length === most) break;
  }
  return found;
}

/** Where in its round the fight of a camera begins. */
function fightFrom(camera: number): number {
  return Math.floor(((camera + 1) * stillFrames) / (fighting + 1));
}

/** A folder of pictures for each camera: stillness, a fight, stillness. */
async function stage(folder: string): Promise<string[]> {
  const fight = await pictures(clip, fightFrames);
  const still = fight[0];
  if (!still) throw new Error(`${clip} holds no picture`);
  return Array.from({ length: fighting }, (_, camera) => {
    const place = join(folder, `camera-${camera}`);
    mkdirSync(place);
    const before = fightFrom(camera);
    const stills = (count: number) => new Array<Uint8Array>(count).fill(still);
    for (const [index, jpeg] of [...stills(before), ...fight, ...stills(stillFrames - before)].entries())
      writeFileSync(join(place, `${String(index).padStart(4, '0')}.jpg`), jpeg);
    return place;
  });
}

function site(stages: readonly string[]): string {
  const cameras = [
    ...stages.map((source, index) => `  c${index}: { source: ${source}, detectors: [fights], loop: true }`),
    ...Array.from({ length: ordinary }, (_, index) => {
      const film = calmFilms[index % calmFilms.length] ?? '';
      return `  o${index}: { source: ${film}, detectors: [people], loop: true }`;
    }),
  ];
  const people = ordinary > 0 ? '  people: { model: fastestdet, labels: [person], workers: 1 }\n' : '';
  return `capture: { fps: 10, width: ${width} }
cameras:
${cameras.join('\n')}
detectors:
  fights: { model: yolox-nano, labels: [person], threshold: 0.15, steps: [pose], workers: 2 }
${people}threats: [fight]
rules:
  fight: { threats: [fight], cooldown: 1s, notify: [out] }
notify:
  out: { stdout: true }
`;
}

interface Run {
  seconds: number;
  alarms: Alarm[];
  /** Frames that the urgent group passed over because their results came too late. */
  jumpedOver: number;
  /** What each process took of a core, by its name, from the first alarm to the last. */
  cores: Map<string, number>;
  /** The same of all processes of the machine, others' included. */
  busy: number;
}

async function run(): Promise<Run> {
  const folder = temporaryFolder();
  const file = join(folder, 'site.yml');
  writeFileSync(file, site(await stage(folder)));
  const http = `127.0.0.1:${await freePort()}`;
  const place = ['--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--http', http];
  const startedMs = performance.now();
  const child = startVigil(['up', file, ...place], { VIGIL_MODELS: modelsFolder });
  if (!child.stdout) throw new Error('no standard output');
  const alarms: Alarm[] = [];
  const timer = setTimeout(() => child.kill('SIGINT'), longestSeconds * 1000);
  let [first, last, jumpedOver] = [spent(child.pid), spent(child.pid), 0];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    if (performance.now() - startedMs < warmUpMs) continue;
    alarms.push(JSON.parse(line) as Alarm);
    if (alarms.length === 1) first = spent(child.pid);
    last = spent(child.pid);
    jumpedOver = await framesJumpedOver(http).catch(() => jumpedOver);
    if (alarms.length >= wanted) break;
  }
  clearTimeout(timer);
  const seconds = (performance.now() - startedMs) / 1000;
  await stop(child);
  return { seconds, alarms, jumpedOver, ...coresBetween(first, last) };
}

/** Processor time so far, milliseconds. */
interface Spent {
  atMs: number;
  processes: Map<string, number>;
  machine: number;
}

function spent(pid = 0): Spent {
  const processes = new Map<string, number>();
  for (const each of processTree(pid)) {
    const name = /^vigil(?: \w+)?(?: fights| people)?/.exec(commandOf(each))?.[0] ?? 'vigil up';
    processes.set(name, (processes.get(name) ?? 0) + processorMs(each));
  }
  const machine = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { atMs: performance.now(), processes, machine };
}

function coresBetween(first: Spent, last: Spent): Pick<Run, 'cores' | 'busy'> {
  const elapsedMs = last.atMs - first.atMs;
  const cores = [...last.processes].map(
    ([name, ms]) => [name, (ms - (first.processes.get(name) ?? 0)) / elapsedMs] as const,
  );
  return { cores: new Map(cores), busy: (last.machine - first.machine) / elapsedMs };
}

async function framesJumpedOver(http: string): Promise<number> {
  const metrics = await (await fetch(`http://${http}/metrics`)).text();
  const found = metrics.matchAll(/^vigil_order_gap_frames_total\{[^}]*group="threat-urgent"[^}]*\} (\d+)/gm);
  return [...found].reduce((sum, [, frames]) => sum + Number(frames), 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** From the first picture of the fight to the last one that the alarm rests on. */
function framesOfFight({ camera, evidence }: Alarm): number {
  const frame = Number(evidence.at(-1)?.frame.split('/').at(-1));
  const place = frame % (stillFrames + fightFrames);
  return place - fightFrom(Number(camera.slice(1))) + 1;
}

const stages: [what: string, of: (times: Alarm['times']) => number][] = [
  ['capture to result', ({ capturedAtUs, resultAtUs = 0 }) => resultAtUs - capturedAtUs],
  ['result to event (`threat`)', ({ resultAtUs = 0, eventAtUs }) => eventAtUs - resultAtUs],
  ['event to alarm (`alarm`)', ({ eventAtUs, raisedAtUs }) => raisedAtUs - eventAtUs],
  ['capture of the last frame to alarm', ({ capturedAtUs, raisedAtUs }) => raisedAtUs - capturedAtUs],
];

function figuresOf({ alarms, jumpedOver, cores, busy }: Run): Figure[] {
  const times = stages.flatMap(([what, of]) => {
    const values = alarms.map((alarm) => of(alarm.times) / 1000);
    const target = what.startsWith('capture of') ? { wanted: '< 300' } : {};
    return [
      { what: `${what}, median`, unit: 'ms', values: [quantile(values, 0.5)] },
      { what: `${what}, p99`, unit: 'ms', values: [quantile(values, 0.99)], ...target },
    ];
  });
  const own = [...cores.values()].reduce((sum, each) => sum + each, 0);
  return [
    ...times,
    { what: 'alarms', unit: '', values: [alarms.length] },
    { what: 'alarms raised late', unit: '', values: [alarms.filter(({ late }) => late).length] },
    { what: 'frames jumped over by the urgent group', unit: '', values: [jumpedOver] },
    { what: 'frames of the fight until it was told', unit: '', values: alarms.map(framesOfFight) },
    { what: 'cores that Vigil took', unit: '', values: [own] },
    { what: 'cores that were busy, with all else on the machine', unit: '', values: [busy] },
  ];
}

const found = await run();
const shares = [...found.cores].sort((a, b) => b[1] - a[1]).map(([name, share]) => `${name} ${share.toFixed(2)}`);
report(
  ordinary > 0 ? 'alarm-latency' : 'alarm-latency-alone',
  'How long from the last frame of a staged fight to its alarm?',
  figuresOf(found),
  [
    `Cameras: ${fighting} with staged fights (two people; YOLOX-nano and MoveNet, two processes of one thread), ${ordinary} with ordinary film (a street, a hall, traffic; FastestDet, one process); one frame in ${frameMs} ms of each, ${width} pixels wide: ${found.alarms.length} alarms in ${Math.round(found.seconds)} s, the first ${warmUpMs / 1000} s of them not counted, on ${availableParallelism()} cores.`,
    `The stage: people stand still for ${stillFrames / 10} s (the clip's first picture), then fight for ${fightFrames / 10} s; no motion gate, so that every frame is looked at.`,
    'A fight is told at the second of two windows in a row; the first of these times begins with the capture of the last frame of that one.',
    `Cores by process: ${shares.join(', ')}.`,
  ],
);
