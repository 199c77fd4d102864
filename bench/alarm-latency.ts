// Staged fights before cameras at 10 frames/s, through the whole of `vigil up`: how long from the capture of the last frame that an
// alarm rests on to the alarm, and where the time goes? Each camera shows the first picture of a clip for some seconds, so that
// people stand still, and then the clip, again and again, each camera at another time. There is no cut before the fight: nothing
// but people who begin to fight can raise the alarm.
//
//   node bench/alarm-latency.ts [alarms] [seconds] [cameras…]
//
// runs each number of cameras until so many alarms came. In all it takes so many seconds at most, and some to stop: the first
// number has three quarters of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { filmFrames } from '../src/capture/film-frames.ts';
import type { Alarm } from '../src/topics/alarm-schema.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { type Figure, report } from './lib/results.ts';
import { startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const [wanted = 100, longestSeconds = 265, ...given] = process.argv.slice(2).map(Number);
const loads = given.length > 0 ? given : [4, 1];
const clip = footage('fights/fight/fi061.mp4');
const frameMs = 100;
/** An episode ends after four calm seconds, and a window holds two. */
const stillFrames = 50;
const fightFrames = 25;

async function pictures(film: string, most: number): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { jpeg } of filmFrames(film, { fps: 10, width: 1280, quality: 80 })) {
    found.push(jpeg);
    if (found.length === most) break;
  }
  return found;
}

/** Where in its round the fight of a camera begins. */
function fightFrom(camera: number, cameras: number): number {
  return Math.floor(((camera + 1) * stillFrames) / (cameras + 1));
}

/** A folder of pictures for each camera: stillness, a fight, stillness. */
async function stage(folder: string, cameras: number): Promise<string[]> {
  const fight = await pictures(clip, fightFrames);
  const still = fight[0];
  if (!still) throw new Error(`${clip} holds no picture`);
  return Array.from({ length: cameras }, (_, camera) => {
    const place = join(folder, `camera-${camera}`);
    mkdirSync(place);
    const before = fightFrom(camera, cameras);
    const stills = (count: number) => new Array<Uint8Array>(count).fill(still);
    for (const [index, jpeg] of [...stills(before), ...fight, ...stills(stillFrames - before)].entries())
      writeFileSync(join(place, `${String(index).padStart(4, '0')}.jpg`), jpeg);
    return place;
  });
}

function site(folders: readonly string[]): string {
  const lines = folders.map((source, camera) => `  c${camera}: { source: ${source}, fps: 10, loop: true }`);
  return `cameras:
${lines.join('\n')}
detectors:
  people: { model: yolox-nano, labels: [person], threshold: 0.15, steps: [pose], workers: 2 }
threats: [fight]
rules:
  fight: { threats: [fight], cooldown: 1s, notify: [out] }
notify:
  out: { stdout: true }
`;
}

interface Run {
  cameras: number;
  seconds: number;
  alarms: Alarm[];
  load: number;
}

async function run(cameras: number, mostSeconds: number): Promise<Run> {
  const folder = temporaryFolder();
  const file = join(folder, 'site.yml');
  writeFileSync(file, site(await stage(folder, cameras)));
  const place = ['--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const startedMs = performance.now();
  const child = startVigil(['up', file, ...place], { VIGIL_MODELS: modelsFolder });
  if (!child.stdout) throw new Error('no standard output');
  const alarms: Alarm[] = [];
  const timer = setTimeout(() => child.kill('SIGINT'), mostSeconds * 1000);
  let load = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    alarms.push(JSON.parse(line) as Alarm);
    load = Math.max(load, loadavg()[0] ?? 0);
    if (alarms.length >= wanted) break;
  }
  clearTimeout(timer);
  const seconds = (performance.now() - startedMs) / 1000;
  await stop(child);
  return { cameras, seconds, alarms, load };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** From the first picture of the fight to the last one that the alarm rests on. */
function framesOfFight({ camera, evidence }: Alarm, cameras: number): number {
  const frame = Number(evidence.at(-1)?.frame.split('/').at(-1));
  const place = frame % (stillFrames + fightFrames);
  return place - fightFrom(Number(camera.slice(1)), cameras) + 1;
}

const stages: [what: string, of: (times: Alarm['times']) => number][] = [
  ['capture to result', ({ capturedAtUs, resultAtUs = 0 }) => resultAtUs - capturedAtUs],
  ['result to event (`threat`)', ({ resultAtUs = 0, eventAtUs }) => eventAtUs - resultAtUs],
  ['event to alarm (`alarm`)', ({ eventAtUs, raisedAtUs }) => raisedAtUs - eventAtUs],
  ['capture of the last frame to alarm', ({ capturedAtUs, raisedAtUs }) => raisedAtUs - capturedAtUs],
];

function figuresOf({ cameras, alarms }: Run): Figure[] {
  const name = (what: string) => `${cameras} ${cameras === 1 ? 'camera' : 'cameras'}: ${what}`;
  const times = stages.flatMap(([what, of]) => {
    const values = alarms.map((alarm) => of(alarm.times) / 1000);
    const target = what.startsWith('capture of') ? { wanted: '< 300' } : {};
    return [
      { what: name(`${what}, median`), unit: 'ms', values: [quantile(values, 0.5)] },
      { what: name(`${what}, p99`), unit: 'ms', values: [quantile(values, 0.99)], ...target },
    ];
  });
  const frames = alarms.map((alarm) => framesOfFight(alarm, cameras));
  return [
    ...times,
    { what: name('alarms raised late'), unit: '', values: [alarms.filter(({ late }) => late).length] },
    { what: name('frames of the fight until it was told, median'), unit: '', values: [quantile(frames, 0.5)] },
  ];
}

const runs: Run[] = [];
for (const [index, cameras] of loads.entries()) {
  const share = loads.length === 1 ? 1 : index === 0 ? 0.75 : 0.25 / (loads.length - 1);
  runs.push(await run(cameras, share * longestSeconds));
}
report('alarm-latency', 'How long from the last frame of a staged fight to its alarm?', runs.flatMap(figuresOf), [
  ...runs.map(
    ({ cameras, seconds, alarms, load }) =>
      `${cameras} × 10 frames/s: ${alarms.length} alarms in ${Math.round(seconds)} s, start-up included; load average of the machine, everything on it counted, up to ${load.toFixed(1)} on ${availableParallelism()} cores. One frame in ${frameMs} ms of each camera.`,
  ),
  `The stage: people stand still for ${stillFrames / 10} s (the clip's first picture), then fight for ${fightFrames / 10} s; no motion gate, so that every frame is looked at. YOLOX-nano and MoveNet in one process with two threads.`,
  'A fight is told at the second of two windows in a row; the first of these times begins with the capture of the last frame of that one.',
]);
