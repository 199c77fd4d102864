// Live at 10 frames/s: how long from the capture of a frame until its result is on the page's WebSocket, beyond the time
// the model takes? Clocks are those of one machine.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { wallClockUs } from '../src/base/clock.ts';
import type { LiveFrameHeader } from '../src/topics/live-message.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { report } from './lib/results.ts';
import { ownPlaces, startVigil, stop } from './lib/vigil-process.ts';

const seconds = Number(process.argv[2] ?? 60);
const warmUpFrames = 50;
const film = footage('people/one-by-one-person-detection.mp4');

interface Sample {
  wholeMs: number;
  inferenceMs: number;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Reads the page's address from what `vigil up` prints. */
async function addressFrom(child: ReturnType<typeof startVigil>): Promise<string> {
  if (!child.stdout) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\/\/[^\s]+/.exec(line)?.[0];
    if (url) {
      child.stdout.resume();
      return url.replace(/\/$/, '');
    }
  }
  throw new Error('vigil up ended without printing an address');
}

async function measure(): Promise<Sample[]> {
  const child = startVigil(['up', '--camera', `film=${film}`, ...ownPlaces()], { VIGIL_MODELS: modelsFolder });
  const url = await addressFrom(child);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const samples: Sample[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const readAtUs = wallClockUs();
    const header = JSON.parse(data.subarray(4, 4 + data.readUInt32BE(0)).toString('utf8')) as LiveFrameHeader;
    samples.push({ wholeMs: (readAtUs - header.capturedAtUs) / 1000, inferenceMs: header.inferenceUs / 1000 });
  });
  await once(socket, 'open');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  socket.close();
  await stop(child);
  return samples.slice(warmUpFrames);
}

const samples = await measure();
const beyond = samples.map(({ wholeMs, inferenceMs }) => wholeMs - inferenceMs);
report(
  'latency',
  'How long from capture to the page, live at 10 frames/s?',
  [
    {
      what: 'inference (yolox_nano), median',
      unit: 'ms',
      values: [
        quantile(
          samples.map((each) => each.inferenceMs),
          0.5,
        ),
      ],
    },
    {
      what: 'capture to result on the WebSocket, median',
      unit: 'ms',
      values: [
        quantile(
          samples.map((each) => each.wholeMs),
          0.5,
        ),
      ],
    },
    {
      what: 'capture to result on the WebSocket, p99',
      unit: 'ms',
      values: [
        quantile(
          samples.map((each) => each.wholeMs),
          0.99,
        ),
      ],
    },
    { what: 'beyond inference, median', unit: 'ms', values: [quantile(beyond, 0.5)], wanted: '≤ 15' },
    { what: 'beyond inference, p99', unit: 'ms', values: [quantile(beyond, 0.99)], wanted: '≤ 50' },
  ],
  [
    `${samples.length} frames of 768×432 after a warm-up of ${warmUpFrames}; flush policy: each acknowledgement after a flush to disk.`,
  ],
);
