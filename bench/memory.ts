// Does memory stay flat over 20,000 frames? One session over a folder that holds the film fifteen times; each part's
// resident memory is read once a second.
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, processTree, residentMb } from '../test/support/processes.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { type Figure, median, report } from './lib/results.ts';
import { startVigil, temporaryFolder } from './lib/vigil-process.ts';

const copies = Number(process.argv[2] ?? 15);
const frames = copies * 1394;
const folder = temporaryFolder();
mkdirSync(join(folder, 'films'));
for (let i = 0; i < copies; i++) {
  symlinkSync(
    footage('people/one-by-one-person-detection.mp4'),
    join(folder, 'films', `film-${String(i).padStart(2, '0')}.mp4`),
  );
}

const child = startVigil(
  [
    'up',
    '--once',
    '--fast',
    '--json',
    '--camera',
    `films=${join(folder, 'films')}`,
    '--data',
    join(folder, 'data'),
    '--listen',
    '127.0.0.1:0',
    '--http',
    '127.0.0.1:0',
  ],
  { VIGIL_MODELS: modelsFolder },
);
let output = '';
child.stdout?.on('data', (chunk: Buffer) => {
  output += chunk.toString('utf8');
});

/** Resident megabytes of each process, second by second. */
const series = new Map<number, { command: string; mb: number[] }>();
const sampler = setInterval(() => {
  for (const pid of processTree(child.pid ?? 0)) {
    const entry = series.get(pid) ?? { command: '', mb: [] };
    // A part takes its name a moment after its start.
    entry.command = commandOf(pid) || entry.command;
    entry.mb.push(residentMb(pid));
    series.set(pid, entry);
  }
}, 1000);
const [code] = (await once(child, 'close')) as [number | null];
clearInterval(sampler);
if (code !== 0) throw new Error(`vigil up ended with code ${code}: ${output}`);
const account = (JSON.parse(output) as { cameras: Record<string, { captured: number; results: number }> }).cameras
  .films;
if (account?.captured !== frames || account.results !== frames) throw new Error(`in ≠ out: ${output}`);

/** Median of the second quarter beside the median of the last: start-up and first growth are past by then. */
const figures: Figure[] = [...series.values()]
  .filter(({ mb }) => mb.length >= 8)
  .flatMap(({ command, mb }) => {
    const quarter = Math.floor(mb.length / 4);
    const name = command.startsWith('vigil ') ? command : 'vigil up';
    return [
      { what: `${name}: second quarter`, unit: 'MB', values: [median(mb.slice(quarter, 2 * quarter))] },
      { what: `${name}: last quarter`, unit: 'MB', values: [median(mb.slice(3 * quarter))] },
    ];
  });
report('memory', 'Does memory stay flat over 20,000 frames?', figures, [
  `${frames} frames in, ${account.results} results out.`,
]);
