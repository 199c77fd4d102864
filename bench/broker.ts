// The broker alone, beside Apache Kafka in the same run: how soon is it ready, how much memory does it take idle, how fast does
// it take and give records, and how long does a record take?
//   node bench/broker.ts [--flush never|commit] [--rounds N] [--only vigil|kafka]
// With `commit` both flush to the disk before they acknowledge, with `never` neither does. Loaded by a loader with requests
// encoded beforehand, librdkafka's rdkafka_performance, Kafka's own perf tools and @platformatic/kafka.
import { parseArgs } from 'node:util';
import { ensureTopics } from '../src/stage/kafka-admin.ts';
import { metadataRequest, metadataResponse } from '../src/wire/messages/03-metadata.ts';
import { RawClient } from '../test/contract/raw-client.ts';
import { Comparison } from './broker/comparison.ts';
import { fetchLoad } from './broker/fetch-load.ts';
import { consumerPerformance, producerPerformance } from './broker/kafka-perf.ts';
import { platformaticFetch, platformaticProduce } from './broker/platformatic-load.ts';
import { produceLoad } from './broker/produce-load.ts';
import { buildRdkafkaPerformance, consumeAll, pacedLatencies, produceUnlimited } from './broker/rdkafka-performance.ts';
import { type Flush, startApacheKafka, startVigilBroker, type Target } from './broker/targets.ts';

const { values } = parseArgs({
  options: {
    flush: { type: 'string', multiple: true, default: ['never', 'commit'] },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const partitions = 4;

const loads = [
  {
    name: '100 KB',
    recordBytes: 100_000,
    perBatch: 1,
    requests: 8000,
    records: 6000,
    paced: 200,
    goal: 1.5,
    latencyGoal: 2,
  },
  {
    name: '1 KB',
    recordBytes: 1000,
    perBatch: 64,
    requests: 8000,
    records: 400_000,
    paced: 1000,
    goal: 1,
    latencyGoal: 1,
  },
  {
    name: '100 B',
    recordBytes: 100,
    perBatch: 160,
    requests: 12_000,
    records: 1_500_000,
    paced: 1000,
    goal: 1,
    latencyGoal: 1,
  },
];
type Load = (typeof loads)[number];

type Note = (what: string, value: number, goal?: number) => void;
interface Notes {
  throughput: Note;
  latency: Note;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

async function createTopic({ bootstrap }: Target, name: string): Promise<void> {
  await ensureTopics({ brokers: [bootstrap], clientId: 'bench', topics: [{ name, partitions, configs: {} }] });
  await untilLed(bootstrap, name);
}

/** Apache Kafka answers that a topic is there before its leaders take records, and on a busy machine it loses them for a while. */
async function untilLed(bootstrap: string, name: string): Promise<void> {
  const client = await RawClient.connect(bootstrap);
  const metadata = { request: metadataRequest, response: metadataResponse };
  for (let isLed = false; !isLed; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { topics } = await client.send(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
    const found = topics[0]?.partitions ?? [];
    isLed = found.length > 0 && found.every(({ leaderId }) => leaderId >= 0);
  }
  client.close();
}

async function measureBare(target: Target, load: Load, notes: Notes): Promise<void> {
  const [host = '', port = ''] = target.bootstrap.split(':');
  const topic = `bare-${load.recordBytes}`;
  await createTopic(target, topic);
  const common = { host, port: Number(port), topic, partitions };
  const shape = {
    ...common,
    recordBytes: load.recordBytes,
    recordsPerBatch: load.perBatch,
    inFlight: 10,
    connections: 2,
  };
  await produceLoad({ ...shape, requests: 1000 });
  const produced = await produceLoad({ ...shape, requests: load.requests });
  notes.throughput(`${load.name}: produce, 10 requests in flight`, produced.megabytesPerSecond, load.goal);
  notes.latency(`${load.name}: produce, 10 requests in flight, p50`, quantile(produced.latenciesMs, 0.5));
  notes.latency(
    `${load.name}: produce, 10 requests in flight, p99`,
    quantile(produced.latenciesMs, 0.99),
    load.latencyGoal,
  );
  const fetched = await fetchLoad(common);
  notes.throughput(`${load.name}: fetch, 1 request in flight`, fetched.megabytesPerSecond, load.goal);
  notes.latency(`${load.name}: fetch, 1 request in flight, p50`, quantile(fetched.latenciesMs, 0.5));
  notes.latency(`${load.name}: fetch, 1 request in flight, p99`, quantile(fetched.latenciesMs, 0.99), load.latencyGoal);
}

async function measureRdkafka(target: Target, load: Load, notes: Notes): Promise<void> {
  const { recordBytes, records } = load;
  const topic = `rdkafka-${recordBytes}`;
  await createTopic(target, topic);
  const whole = { bootstrap: target.bootstrap, topic, recordBytes, records };
  notes.throughput(`${load.name}: produce, rdkafka_performance`, await produceUnlimited(whole), load.goal);
  notes.throughput(`${load.name}: fetch, rdkafka_performance`, await consumeAll(whole, partitions), load.goal);
  const paced = { ...whole, topic: `${topic}-paced`, records: load.paced * 5 };
  await createTopic(target, paced.topic);
  const { acknowledged, delivered } = await pacedLatencies(paced, load.paced);
  const name = `${load.name}: ${load.paced} records/s, rdkafka_performance`;
  notes.latency(`${name}, acknowledged, p50`, quantile(acknowledged, 0.5));
  notes.latency(`${name}, acknowledged, p99`, quantile(acknowledged, 0.99), load.latencyGoal);
  notes.latency(`${name}, delivered, p50`, quantile(delivered, 0.5));
  notes.latency(`${name}, delivered, p99`, quantile(delivered, 0.99), load.latencyGoal);
}

async function measureKafkaTools(target: Target, load: Load, notes: Notes): Promise<void> {
  const topic = `perf-${load.recordBytes}`;
  await createTopic(target, topic);
  const whole = { bootstrap: target.bootstrap, topic, recordBytes: load.recordBytes, records: load.records };
  const produced = await producerPerformance(whole);
  notes.throughput(`${load.name}: produce, Kafka's ProducerPerformance`, produced.megabytesPerSecond, load.goal);
  notes.latency(`${load.name}: produce, Kafka's ProducerPerformance, p99`, produced.p99Ms);
  notes.throughput(`${load.name}: fetch, Kafka's ConsumerPerformance`, await consumerPerformance(whole), load.goal);
}

async function measurePlatformatic(target: Target, load: Load, notes: Notes): Promise<void> {
  const topic = `platformatic-${load.recordBytes}`;
  await createTopic(target, topic);
  const records = Math.min(150_000, load.records / 2);
  const whole = { ...target, topic, partitions, recordBytes: load.recordBytes, records, recordsPerSend: load.perBatch };
  const produced = await platformaticProduce(whole);
  notes.throughput(`${load.name}: produce, @platformatic/kafka`, produced.megabytesPerSecond);
  notes.latency(`${load.name}: produce, @platformatic/kafka, p99`, quantile(produced.latenciesMs, 0.99));
  notes.throughput(`${load.name}: fetch, @platformatic/kafka`, await platformaticFetch(whole));
}

async function measure(comparison: Comparison, who: 'vigil' | 'kafka', target: Target): Promise<void> {
  const notes: Notes = {
    throughput: (what, value, goal) => comparison.note(who, { what, unit: 'MB/s', isBetter: 'more', goal }, value),
    latency: (what, value, goal) => comparison.note(who, { what, unit: 'ms', isBetter: 'less', goal }, value),
  };
  notes.latency('process start to open port', target.readyMs);
  comparison.note(who, { what: 'resident memory, idle', unit: 'MB', isBetter: 'less' }, target.idleMb);
  for (const load of loads) {
    await measureBare(target, load, notes);
    await measureRdkafka(target, load, notes);
    await measureKafkaTools(target, load, notes);
    await measurePlatformatic(target, load, notes);
  }
}

const brokers = { vigil: startVigilBroker, kafka: startApacheKafka };
await buildRdkafkaPerformance();
for (const flush of values.flush as Flush[]) {
  const comparison = new Comparison();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const who of ['vigil', 'kafka'] as const) {
      if (values.only !== undefined && values.only !== who) continue;
      const target = await brokers[who](flush);
      await measure(comparison, who, target).finally(() => target.stop());
    }
  }
  const policy = flush === 'commit' ? 'flushed to the disk before it is acknowledged' : 'acknowledged without a flush';
  comparison.report(`broker-flush-${flush}`, `How fast is the broker alone, with every write ${policy}?`, [
    `${flush === 'commit' ? '`--flush commit` (the default) beside `log.flush.interval.messages=1`' : '`--flush never` beside Apache Kafka as it is by default'}. acks=all; ${partitions} partitions.`,
    'The JVM has 1 GB and the options of Apache’s start script. “Ready” of Apache Kafka is its second start, on formatted storage.',
    '“Requests in flight”: encoded beforehand, over 2 connections; 1 KB records 64 in a batch, 100 B records 160 in a batch.',
    '“records/s”: one partition at a fixed rate without lingering; delivered is to a consumer at the end of the log.',
  ]);
}
process.exit(0);
