// How long does `vigil audit` take to recount 1,000,000 frames and their results, and what does a byte of picture cost?
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import type { AuditReport } from '../src/audit/audit-report.ts';
import { Broker } from '../src/broker/broker.ts';
import { ensureTopics } from '../src/stage/kafka-admin.ts';
import { encodeFrame, type Frame } from '../src/topics/frame-record.ts';
import { encodeSessionStatement } from '../src/topics/ledger-record.ts';
import { framePartition } from '../src/topics/partitioning.ts';
import type { OutgoingRecord } from '../src/topics/record.ts';
import { encodeResult } from '../src/topics/result-record.ts';
import { topicDefinitions, topicNames } from '../src/topics/topic-names.ts';
import { produceRequest, produceResponse } from '../src/wire/messages/00-produce.ts';
import { encodeBatch } from '../src/wire/records.ts';
import { RawClient } from '../test/contract/raw-client.ts';
import { report } from './lib/results.ts';
import { runVigil, temporaryFolder } from './lib/vigil-process.ts';

const frames = Number(process.argv[2] ?? 1_000_000);
const runs = 3;
const partitions = 12;
const cameras = 4;
const batchRecords = 500;
const session = '20260314T101112.131Z-0a1b';
const detector = 'people@1';
const pictureBytes = 50_000;
const pictureFrames = 10_000;

function frameOf(camera: string, frame: number, jpeg: Buffer): Frame {
  const capturedAtUs = 1_773_483_072_131_045 + frame * 100_000;
  return { camera, session, frame, capturedAtUs, ptsUs: frame * 100_000, width: 1280, height: 720, jpeg };
}

/** Records on their way to one partition, sent as one batch when there are enough. */
class Loader {
  readonly #client: RawClient;
  readonly #waiting = new Map<string, OutgoingRecord[]>();

  constructor(client: RawClient) {
    this.#client = client;
  }

  async add(record: OutgoingRecord, maxRecords: number): Promise<void> {
    const key = `${record.topic}/${record.partition}`;
    const records = this.#waiting.get(key) ?? [];
    records.push(record);
    this.#waiting.set(key, records);
    if (records.length >= maxRecords) await this.#send(key);
  }

  async flush(): Promise<void> {
    for (const key of this.#waiting.keys()) await this.#send(key);
  }

  async #send(key: string): Promise<void> {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, []);
    const [{ topic, partition } = { topic: '', partition: 0 }] = waiting;
    if (waiting.length === 0) return;
    const records = encodeBatch({
      timestamp: BigInt(Date.now()),
      records: waiting.map(({ key, value, headers }) => ({
        key: key === undefined ? null : Buffer.from(key),
        value,
        headers: [...headers].map(([name, text]) => ({ key: name, value: Buffer.from(text) })),
      })),
    });
    const partitionData = [{ index: partition ?? 0, records }];
    const topicData = [{ name: topic, topicId: '', partitionData }];
    const api = { request: produceRequest, response: produceResponse };
    await this.#client.send(api, 9, { acks: -1, timeoutMs: 30_000, topicData });
  }
}

async function fill(broker: Broker, count: number, jpeg: Buffer): Promise<void> {
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'bench', topics });
  const client = await RawClient.connect(broker.bootstrap);
  const loader = new Loader(client);
  const maxRecords = Math.max(1, Math.min(batchRecords, Math.floor(1_000_000 / (jpeg.length + 1))));
  const next = Array<number>(partitions).fill(0);
  for (let number = 0; number < count; number++) {
    const frame = frameOf(`camera-${number % cameras}`, Math.floor(number / cameras), jpeg);
    const partition = framePartition(frame.camera, frame.frame, partitions);
    const offset = next[partition] ?? 0;
    next[partition] = offset + 1;
    await loader.add(encodeFrame(frame, partitions), maxRecords);
    const { jpeg: _, ...header } = frame;
    const box = { x: 310.5, y: 120.25, width: 96, height: 260 };
    const result = {
      ...{ frame: header, detector, inferenceUs: 14_200 },
      frameRef: `${topicNames.rawVideoFrames}/${partition}/${offset}`,
      detections: [{ label: 'person', score: 0.871, box }],
    };
    await loader.add(encodeResult(result, jpeg.length > 0 ? jpeg : undefined, partitions), maxRecords);
  }
  for (let camera = 0; camera < cameras; camera++) await loader.add(stated(camera, count / cameras), batchRecords);
  await loader.flush();
  client.close();
  await commit(brokers, next);
}

function stated(camera: number, published: number): OutgoingRecord {
  return encodeSessionStatement({
    ...{ camera: `camera-${camera}`, session, state: 'ended', live: false, source: 'bench' },
    ...{ openedAtUs: 1, statedAtUs: 2, width: 1280, height: 720, fps: 10 },
    ...{ captured: published, published, lost: {}, reconnects: 0 },
  });
}

async function commit(brokers: string[], offsets: readonly number[]): Promise<void> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: brokers });
  const partitionOffsets = offsets.map((offset, partition) => ({ partition, offset: BigInt(offset) }));
  const topics = [{ name: topicNames.rawVideoFrames, partitionOffsets }];
  await admin.alterConsumerGroupOffsets({ groupId: `detect-${detector}`, topics });
  await admin.close();
}

async function filled(count: number, jpeg: Buffer): Promise<string> {
  const data = join(temporaryFolder(), 'data');
  const broker = await Broker.start({ dataDir: data, port: 0, flush: 'never' });
  await fill(broker, count, jpeg);
  await broker.close();
  return data;
}

async function auditSeconds(args: string[], count: number): Promise<{ seconds: number; bytes: number }> {
  const startedAt = performance.now();
  const audit = JSON.parse(await runVigil(['audit', ...args, '--json'])) as AuditReport;
  const seconds = (performance.now() - startedAt) / 1000;
  const results = audit.sessions.reduce((sum, each) => sum + (each.detectors[0]?.results ?? 0), 0);
  if (!audit.addsUp || results !== count) throw new Error(`recounted ${results} of ${count}`);
  return { seconds, bytes: audit.bytes };
}

const small = await filled(frames, Buffer.alloc(0));
const atRest: number[] = [];
const running: number[] = [];
let smallBytes = 0;
for (let run = 0; run < runs; run++) {
  const { seconds, bytes } = await auditSeconds(['--data', small], frames);
  atRest.push(seconds);
  smallBytes = bytes;
}
const broker = await Broker.start({ dataDir: small, port: 0 });
for (let run = 0; run < runs; run++) {
  running.push((await auditSeconds(['--brokers', broker.bootstrap], frames)).seconds);
}
await broker.close();

const large = await filled(pictureFrames, Buffer.alloc(pictureBytes, 7));
const perGigabyte: number[] = [];
for (let run = 0; run < runs; run++) {
  const { seconds, bytes } = await auditSeconds(['--data', large], pictureFrames);
  perGigabyte.push(seconds / (bytes / 1e9));
}

report(
  'audit',
  `How long does vigil audit take for ${frames.toLocaleString('en')} frames and as many results?`,
  [
    { what: 'data directory at rest, start to end of the command', unit: 's', values: atRest, wanted: '< 30' },
    { what: 'running broker, start to end of the command', unit: 's', values: running, wanted: '< 30' },
    { what: `frames of ${pictureBytes / 1000} kB, at rest, per GB of both topics`, unit: 's/GB', values: perGigabyte },
  ],
  [
    `The first two without pictures: ${(smallBytes / 1e6).toFixed(0)} MB of headers, ${cameras} cameras, ${partitions} partitions.`,
    'Every byte is read and its checksum compared: for your own log, add the seconds per GB of its pictures (twice with `embed`).',
    'Read from the page cache; a slower disk adds its own time.',
  ],
);
