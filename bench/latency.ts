// Live at 10 frames/s: how long from the capture of a frame until its result is on the page's WebSocket, beyond the time
// the model takes? Clocks are those of one machine.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { wallClockUs } from '../src/base/clock.ts';
import { readToEnd } from '../src/stage/read-to-end.ts';
import { decodeFrameHeader, type FrameHeader, frameId } from '../src/topics/frame-record.ts';
import type { LiveFrameHeader } from '../src/topics/live-message.ts';
import { topicNames } from '../src/topics/topic-names.ts';
import { freePort } from './lib/free-port.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { type Figure, report } from './lib/results.ts';
import { ownPlaces, startVigil, stop } from './lib/vigil-process.ts';

const seconds = Number(process.argv[2] ?? 60);
const warmUpFrames = 50;
const film = footage('people/one-by-one-person-detection.mp4');

interface Sample {
  id: string;
  capturedAtMs: number;
  wholeMs: number;
  inferenceMs: number;
}

/** When what is in the log was given to the broker, by frame, milliseconds since 1970. */
type SentAt = ReadonlyMap<string, number>;

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

interface Measured {
  samples: Sample[];
  frameSentAt: SentAt;
  resultSentAt: SentAt;
}

async function measure(): Promise<Measured> {
  const broker = `127.0.0.1:${await freePort()}`;
  const places = [...ownPlaces(), '--listen', broker];
  const child = startVigil(['up', '--camera', `film=${film}`, ...places], { VIGIL_MODELS: modelsFolder });
  const url = await addressFrom(child);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const samples: Sample[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const readAtMs = wallClockUs() / 1000;
    const header = JSON.parse(data.subarray(4, 4 + data.readUInt32BE(0)).toString('utf8')) as LiveFrameHeader;
    const capturedAtMs = header.capturedAtUs / 1000;
    const inferenceMs = header.inferenceUs / 1000;
    samples.push({ id: frameId(header), capturedAtMs, wholeMs: readAtMs - capturedAtMs, inferenceMs });
  });
  await once(socket, 'open');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  socket.close();
  const frameSentAt = await sentAt(broker, topicNames.rawVideoFrames);
  const resultSentAt = await sentAt(broker, topicNames.processedImages);
  await stop(child);
  return { samples: samples.slice(warmUpFrames), frameSentAt, resultSentAt };
}

/** Read once all is measured: a producer writes the time into each record when it makes the request. */
async function sentAt(broker: string, topic: string): Promise<SentAt> {
  const times = new Map<string, number>();
  await readToEnd({ brokers: [broker], clientId: 'bench', topic, from: 'beginning' }, (record) => {
    const header: FrameHeader = decodeFrameHeader(record);
    times.set(frameId(header), record.timestampMs);
  });
  return times;
}

function row(what: string, share: number, values: readonly number[], wanted?: string): Figure {
  return { what, unit: 'ms', values: [quantile(values, share)], ...(wanted === undefined ? {} : { wanted }) };
}

const { samples, frameSentAt, resultSentAt } = await measure();
const inference = samples.map((each) => each.inferenceMs);
const whole = samples.map((each) => each.wholeMs);
const beyond = samples.map(({ wholeMs, inferenceMs }) => wholeMs - inferenceMs);
const atOf = (times: SentAt, { id }: Sample): number => times.get(id) ?? Number.NaN;
const toFrame = samples.map((each) => atOf(frameSentAt, each) - each.capturedAtMs);
const toResult = samples.map((each) => atOf(resultSentAt, each) - atOf(frameSentAt, each) - each.inferenceMs);
const toPage = samples.map((each) => each.capturedAtMs + each.wholeMs - atOf(resultSentAt, each));
report(
  'latency',
  'How long from capture to the page, live at 10 frames/s?',
  [
    row('inference (yolox_nano), median', 0.5, inference),
    row('capture to result on the WebSocket, median', 0.5, whole),
    row('capture to result on the WebSocket, p99', 0.99, whole),
    row('beyond inference, median', 0.5, beyond, '≤ 15'),
    row('beyond inference, p99', 0.99, beyond, '≤ 50'),
    row('… capture to the request with the frame: scale, encode; median', 0.5, toFrame),
    row('… to the request with the result: log, decode, fill; median', 0.5, toResult),
    row('… to the page: transaction, log, WebSocket; median', 0.5, toPage),
  ],
  [
    `${samples.length} frames of 768×432 after a warm-up of ${warmUpFrames}; flush policy: each acknowledgement after a flush to disk.`,
    'The last three rows come from the times of the records, which are whole milliseconds.',
  ],
);
