// The broker alone: how soon is it ready, how much memory does it take idle, how fast does it take and give records?
// Each throughput is measured with and without a flush to disk before the acknowledgement. With Apache Kafka's jars at hand
// (VIGIL_KAFKA_LIBS, or fetched by scripts/kafka.ts) the same load runs against Apache Kafka in the same round.
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureTopics } from '../src/stage/kafka-admin.ts';
import { ApacheKafka, kafkaLibraries } from '../test/support/apache-kafka.ts';
import { residentMb } from '../test/support/processes.ts';
import { fetchLoad } from './lib/fetch-load.ts';
import { type LoadOutcome, produceLoad } from './lib/produce-load.ts';
import { type Figure, report } from './lib/results.ts';
import { startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const rounds = Number(process.argv[2] ?? 3);
const partitions = 4;
const loads = [
  { name: '100 KB records', recordBytes: 100_000, recordsPerBatch: 1, requests: 8000 },
  { name: '1 KB records, 64 in a batch', recordBytes: 1000, recordsPerBatch: 64, requests: 8000 },
  { name: '100 B records, 160 in a batch', recordBytes: 100, recordsPerBatch: 160, requests: 12_000 },
];

interface Target {
  name: string;
  host: string;
  port: number;
}

const values = new Map<string, { unit: string; wanted?: string; values: number[] }>();

function note(what: string, unit: string, value: number, wanted?: string): void {
  const entry = values.get(what) ?? { unit, ...(wanted === undefined ? {} : { wanted }), values: [] };
  entry.values.push(value);
  values.set(what, entry);
}

/** Starts the broker and waits until its port accepts; notes the time from the process's start. */
async function withVigil<T>(flush: string, work: (target: Target, pid: number) => Promise<T>): Promise<T> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const startedMs = performance.now();
  const child = startVigil([
    'broker',
    '--data',
    join(temporaryFolder(), 'data'),
    '--listen',
    `127.0.0.1:${port}`,
    '--flush',
    flush,
  ]);
  child.stdout?.resume();
  await untilOpen(port);
  note('process start to open port', 'ms', performance.now() - startedMs, '≤ 300');
  try {
    return await work({ name: `Vigil, flush ${flush}`, host: '127.0.0.1', port }, child.pid ?? 0);
  } finally {
    await stop(child);
  }
}

async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      once(socket, 'error').then(() => false),
    ]);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

async function measure(target: Target): Promise<void> {
  for (const [index, load] of loads.entries()) {
    const topic = `load-${index}`;
    await ensureTopics({
      brokers: [`${target.host}:${target.port}`],
      clientId: 'bench',
      topics: [{ name: topic, partitions, configs: {} }],
    });
    // Apache Kafka answers that a topic is there before its leaders take records.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const common = { ...target, ...load, topic, partitions };
    await produceLoad({ ...common, requests: 200, inFlight: 10, connections: 2 });
    const outcome: LoadOutcome = await produceLoad({ ...common, inFlight: 10, connections: 2 });
    const sorted = outcome.latenciesMs.sort((a, b) => a - b);
    const wanted = index === 0 && target.name.includes('never') ? '≥ 300' : undefined;
    note(`${target.name}: produce, ${load.name}`, 'MB/s', outcome.megabytesPerSecond, wanted);
    note(`${target.name}: produce, ${load.name}, p99`, 'ms', quantile(sorted, 0.99));
    note(`${target.name}: fetch, ${load.name}`, 'MB/s', await fetchLoad({ ...target, topic, partitions }));
  }
}

for (let round = 0; round < rounds; round++) {
  await withVigil('commit', async (_target, pid) => {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    note('resident memory, idle', 'MB', residentMb(pid), '≤ 100');
  });
  for (const flush of ['never', 'commit']) await withVigil(flush, measure);
  if (kafkaLibraries()) {
    await using kafka = await ApacheKafka.start({ folder: join(temporaryFolder(), 'kafka') });
    await measure({ name: 'Apache Kafka, no flush', host: '127.0.0.1', port: Number(kafka.bootstrap.split(':')[1]) });
  }
}

const figures: Figure[] = [...values].map(([what, figure]) => ({ what, ...figure }));
report('broker', 'How fast is the broker alone?', figures, [
  'acks=all; 4 partitions; 10 requests in flight over 2 connections; loader and broker share the two cores. The requests are encoded beforehand, so the load itself costs little.',
  'Apache Kafka acknowledges without flushing to disk (it relies on replicas): compare it with “flush never”.',
]);
process.exit(0);
