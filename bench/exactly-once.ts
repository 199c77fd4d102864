// What does exactly-once cost beside at-least-once? Latency of single results at 10 frames/s, and throughput of a backlog.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryKind } from '../src/stage/delivery.ts';
import { ensureTopics, waitForBroker } from '../src/stage/kafka-admin.ts';
import { maxGathered } from '../src/stage/outbox.ts';
import { openRecordConsumer } from '../src/stage/record-consumer.ts';
import { openRecordProducer, type RecordProducer } from '../src/stage/record-producer.ts';
import type { CopyLoopOptions } from './lib/copy-loop.ts';
import { freePort } from './lib/free-port.ts';
import { report } from './lib/results.ts';
import { startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const kinds: readonly DeliveryKind[] = ['at-least-once', 'exactly-once'];
const rounds = Number(process.argv[2] ?? 5);
const framesPerRound = 60;
const frameBytes = 60_000;
const intervalMs = 100;
const workMs = 20;
const backlog = 2000;
const partitions = 12;
const clientId = 'bench';
const frame = Buffer.alloc(frameBytes, 7);

const address = `127.0.0.1:${await freePort()}`;
const broker = startVigil(['broker', '--listen', address, '--data', join(temporaryFolder(), 'data')], {});
broker.stdout?.resume();
const brokers = [address];
await waitForBroker({ brokers, clientId, timeoutMs: 10_000 });
const names = kinds.flatMap((kind) => [`latency-in-${kind}`, `backlog-in-${kind}`]);
const inputs = names.map((name) => ({ name, partitions, configs: {} }));
const outputs = names.map((name) => ({
  name: name.replace('-in-', '-out-'),
  partitions: 1,
  configs: { 'max.message.bytes': '16777216' },
}));
await ensureTopics({ brokers, clientId, topics: [...inputs, ...outputs] });
const producer = await openRecordProducer({ brokers, clientId });

const latencies = await measureLatencies(producer);
const rates = await measureBacklogs(producer);
await producer.close();
await stop(broker);

const medians = kinds.map((kind) => quantile(latencies[kind], 0.5));
const tails = kinds.map((kind) => quantile(latencies[kind], 0.99));
const [atLeast = [], exactly = []] = kinds.map((kind) => rates[kind]);
report(
  'exactly-once',
  'What does exactly-once cost beside at-least-once?',
  [
    ...kinds.map((kind, i) => ({ what: `${kind}: added to the work, median`, unit: 'ms', values: [medians[i] ?? 0] })),
    ...kinds.map((kind, i) => ({ what: `${kind}: added to the work, p99`, unit: 'ms', values: [tails[i] ?? 0] })),
    {
      what: 'exactly-once − at-least-once, median of single results',
      unit: 'ms',
      values: [(medians[1] ?? 0) - (medians[0] ?? 0)],
      wanted: '≤ 3',
    },
    { what: 'at-least-once: a backlog', unit: 'frames/s', values: atLeast },
    { what: 'exactly-once: a backlog', unit: 'frames/s', values: exactly },
    {
      what: 'exactly-once ÷ at-least-once, a backlog',
      unit: '',
      values: exactly.map((rate, i) => rate / (atLeast[i] ?? Number.NaN)),
      wanted: '≥ 0.9',
    },
  ],
  [
    `Frames of ${frameBytes / 1000} kB over ${partitions} partitions; flush policy: each acknowledgement after a flush to disk.`,
    `Latency: ${framesPerRound} frames a round at ${1000 / intervalMs} frames/s, ${rounds} rounds of each kind in turn; from before the frame is sent until its result is read, less the ${workMs} ms of work.`,
    `Throughput: ${backlog} frames that wait, 2 ms of work each, 4 at once; ${rounds} rounds of each kind in turn, now one first, now the other. Up to ${maxGathered} results share a request, or a transaction.`,
  ],
);

async function measureLatencies(frames: RecordProducer): Promise<Record<DeliveryKind, number[]>> {
  const found: Record<DeliveryKind, number[]> = { 'at-least-once': [], 'exactly-once': [] };
  const loops: ChildProcess[] = [];
  for (const kind of kinds) loops.push(await startLoop(kind, 'latency', { workMs, concurrency: 2 }));
  const consumers = await Promise.all(
    kinds.map((kind) => openRecordConsumer({ brokers, clientId, topics: [`latency-out-${kind}`], from: 'end' })),
  );
  const reading = consumers.map(async (consumer, i) => {
    const kind = kinds[i] ?? 'exactly-once';
    for await (const { headers } of consumer) {
      found[kind].push(performance.now() - Number(headers.get('sent')) - workMs);
    }
  });
  for (let round = -1; round < rounds; round++) {
    for (const kind of kinds) {
      for (let n = 0; n < framesPerRound; n++) {
        const headers = new Map([['sent', String(performance.now())]]);
        void frames.send([{ topic: `latency-in-${kind}`, partition: n % partitions, value: frame, headers }]);
        await delay(intervalMs);
      }
    }
    // The first round warms up.
    if (round < 0) for (const kind of kinds) found[kind].length = 0;
  }
  await Promise.all([...consumers.map((consumer) => consumer.close()), ...loops.map(stop)]);
  await Promise.all(reading);
  return found;
}

async function measureBacklogs(frames: RecordProducer): Promise<Record<DeliveryKind, number[]>> {
  const found: Record<DeliveryKind, number[]> = { 'at-least-once': [], 'exactly-once': [] };
  for (let round = 0; round < rounds; round++) {
    // Whatever the rounds before have left behind meets both kinds alike.
    const inTurn = round % 2 === 0 ? kinds : kinds.toReversed();
    for (const kind of inTurn) found[kind].push(await drain(frames, kind));
  }
  return found;
}

/** Lets a backlog gather, starts a loop, and times it from its 200th result to its last. */
async function drain(frames: RecordProducer, kind: DeliveryKind): Promise<number> {
  for (let n = 0; n < backlog; n += 20) {
    const batch = Array.from({ length: 20 }, (_, i) => ({
      topic: `backlog-in-${kind}`,
      partition: (n + i) % partitions,
      value: frame,
      headers: new Map<string, string>(),
    }));
    await frames.send(batch);
  }
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [`backlog-out-${kind}`], from: 'end' });
  const loop = await startLoop(kind, 'backlog', { workMs: 2, concurrency: 4 });
  const warmUp = 200;
  let count = 0;
  let startedMs = 0;
  for await (const _ of consumer) {
    if (++count === warmUp) startedMs = performance.now();
    if (count === backlog) break;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await consumer.close();
  await stop(loop);
  return (backlog - warmUp) / seconds;
}

async function startLoop(
  delivery: DeliveryKind,
  question: 'latency' | 'backlog',
  load: Pick<CopyLoopOptions, 'workMs' | 'concurrency'>,
): Promise<ChildProcess> {
  const name = `${question}-${delivery}`;
  const [input, output] = [`${question}-in-${delivery}`, `${question}-out-${delivery}`];
  const options: CopyLoopOptions = { brokers, name, input, output, delivery, ...load };
  const entry = join(import.meta.dirname, 'lib', 'copy-loop.ts');
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
