// Staged fights before four cameras at 10 frames/s, through the whole of `vigil up`: how long from the capture of the last frame that an
// alarm rests on to the alarm, and where the time goes? Each camera shows a clip of a fight and then an empty road for six
// seconds, again and again, each from another place on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { filmFrames } from '../src/capture/film-frames.ts';
import type { Alarm } from '../src/topics/alarm-schema.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { report } from './lib/results.ts';
import { startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const [wanted = 100, longestSeconds = 400, cameras = 4] = process.argv.slice(2).map(Number);
const clip = footage('fights/fight/fi005.mp4');
const quiet = footage('traffic/car-detection.mp4');
const quietFrames = 60;

async function pictures(film: string, most: number): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { jpeg } of filmFrames(film, { fps: 10, width: 1280, quality: 80 })) {
    found.push(jpeg);
    if (found.length === most) break;
  }
  return found;
}

/** A folder of pictures for each camera: the same round, begun elsewhere. */
async function stage(folder: string): Promise<string[]> {
  const round = [...(await pictures(clip, 25)), ...(await pictures(quiet, quietFrames))];
  return Array.from({ length: cameras }, (_, camera) => {
    const place = join(folder, `camera-${camera}`);
    mkdirSync(place);
    const from = Math.floor((camera * round.length) / cameras);
    for (const [index, jpeg] of [...round.slice(from), ...round.slice(0, from)].entries())
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

async function collect(): Promise<{ alarms: Alarm[]; load: number }> {
  const folder = temporaryFolder();
  const file = join(folder, 'site.yml');
  writeFileSync(file, site(await stage(folder)));
  const place = ['--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const child = startVigil(['up', file, ...place], { VIGIL_MODELS: modelsFolder });
  if (!child.stdout) throw new Error('no standard output');
  const alarms: Alarm[] = [];
  const timer = setTimeout(() => child.kill('SIGINT'), longestSeconds * 1000);
  let load = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    alarms.push(JSON.parse(line) as Alarm);
    load = Math.max(load, loadavg()[0] ?? 0);
    if (alarms.length >= wanted) break;
  }
  clearTimeout(timer);
  await stop(child);
  return { alarms, load };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const { alarms, load } = await collect();
const stages: [what: string, of: (times: Alarm['times']) => number][] = [
  ['capture to result', ({ capturedAtUs, resultAtUs = 0 }) => resultAtUs - capturedAtUs],
  ['result to event (`threat`)', ({ resultAtUs = 0, eventAtUs }) => eventAtUs - resultAtUs],
  ['event to alarm (`alarm`)', ({ eventAtUs, raisedAtUs }) => raisedAtUs - eventAtUs],
  ['capture of the last frame to alarm', ({ capturedAtUs, raisedAtUs }) => raisedAtUs - capturedAtUs],
];
const figures = stages.flatMap(([what, of]) => {
  const values = alarms.map(({ times }) => of(times) / 1000);
  const target = what.startsWith('capture of') ? { wanted: '< 300' } : {};
  return [
    { what: `${what}, median`, unit: 'ms', values: [quantile(values, 0.5)] },
    { what: `${what}, p99`, unit: 'ms', values: [quantile(values, 0.99)], ...target },
  ];
});
report('alarm-latency', 'How long from the seventh frame of a staged fight to its alarm?', figures, [
  `${alarms.length} alarms; ${cameras} cameras of ${quietFrames} quiet frames after each clip, 10 frames/s each, YOLOX-nano and MoveNet in one process with two threads; a window needs seven frames, or 0.6 s, before the first of these times begins.`,
  `Load average of the machine, everything on it counted: up to ${load.toFixed(1)} on two cores.`,
]);
