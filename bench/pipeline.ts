// How fast is the whole chain, camera file → log → detector → log → ledger, beside bare inference?
// Bare inference and chain take turns, so that a machine that changes its speed changes both.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { footage, model, modelsFolder } from './lib/material.ts';
import { median, report } from './lib/results.ts';
import { ownPlaces, runVigil } from './lib/vigil-process.ts';

const rounds = Number(process.argv[2] ?? 3);
const film = footage('people/one-by-one-person-detection.mp4');
const frames = 1394;
const workers = availableParallelism();

interface Closing {
  ok: boolean;
  cameras: Record<string, { captured: number; results: number; fps: number }>;
}

function bareFramesPerSecond(): number {
  const script = join(import.meta.dirname, 'bare-inference.ts');
  const { stdout, status } = spawnSync(
    process.execPath,
    [script, '--model', model('yolox_nano.onnx'), '--workers', String(workers), '--seconds', '10'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`bare inference ended with code ${status}`);
  return (JSON.parse(stdout) as { framesPerSecond: number }).framesPerSecond;
}

async function chain(): Promise<{ fps: number; wholeSeconds: number }> {
  const startedMs = performance.now();
  const output = await runVigil(['up', '--once', '--fast', '--json', '--camera', `film=${film}`, ...ownPlaces()], {
    VIGIL_MODELS: modelsFolder,
  });
  const { ok, cameras } = JSON.parse(output) as Closing;
  const account = cameras.film;
  if (!ok || account?.captured !== frames || account.results !== frames) throw new Error(`in ≠ out: ${output}`);
  return { fps: account.fps, wholeSeconds: (performance.now() - startedMs) / 1000 };
}

const bare: number[] = [];
const whole: { fps: number; wholeSeconds: number }[] = [];
for (let round = 0; round < rounds; round++) {
  bare.push(bareFramesPerSecond());
  whole.push(await chain());
}
report(
  'pipeline',
  'How fast is the whole chain beside bare inference?',
  [
    { what: `bare onnxruntime, yolox_nano, ${workers} workers`, unit: 'frames/s', values: bare },
    {
      what: 'whole chain, first result to last',
      unit: 'frames/s',
      values: whole.map(({ fps }) => fps),
      wanted: '≥ 40',
    },
    {
      what: 'chain ÷ bare, pair by pair',
      unit: '%',
      values: whole.map(({ fps }, round) => (100 * fps) / (bare[round] ?? Number.NaN)),
      wanted: '≥ 60',
    },
    { what: 'whole run, process start to exit', unit: 's', values: whole.map(({ wholeSeconds }) => wholeSeconds) },
  ],
  [
    `Film: one-by-one-person-detection.mp4, ${frames} frames of 768×432; ${frames} frames in and ${frames} results out in each run.`,
    `Median ${median(whole.map(({ fps }) => fps)).toFixed(1)} frames/s: decoding, JPEG, two passes through the log with a flush to disk for each acknowledgement, and the page's server reading along.`,
  ],
);
