import { setTimeout as delay } from 'node:timers/promises';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { RawClient } from '../../test/contract/raw-client.ts';
import { fetchLoad } from './fetch-load.ts';
import { consumerPerformance, producerPerformance } from './kafka-perf.ts';
import type { Load } from './loads.ts';
import { platformaticFetch, platformaticProduce } from './platformatic-load.ts';
import { produceLoad } from './produce-load.ts';
import { consumeAll, pacedLatencies, produceUnlimited } from './rdkafka-performance.ts';
import type { Target } from './targets.ts';

export const partitions = 4;
/** The loader that encodes beforehand sends no longer than this. */
const produceForMs = 15_000;

type Note = (what: string, value: number, goal?: number) => void;
export interface Notes {
  /** Megabytes per second. */
  throughput: Note;
  /** Milliseconds. */
  latency: Note;
}

/** What each loader measures of a broker, under the names by which they are chosen. */
export const measures: Readonly<Record<string, (target: Target, load: Load, notes: Notes) => Promise<void>>> = {
  encoded: measureEncoded,
  rdkafka: measureRdkafka,
  tools: measureKafkaTools,
  platformatic: measurePlatformatic,
};

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
    await delay(500);
    const { topics } = await client.send(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
    const found = topics[0]?.partitions ?? [];
    isLed = found.length > 0 && found.every(({ leaderId }) => leaderId >= 0);
  }
  client.close();
}

async function measureEncoded(target: Target, load: Load, notes: Notes): Promise<void> {
  const [host = '', port = ''] = target.bootstrap.split(':');
  const topic = `bare-${load.recordBytes}`;
  await createTopic(target, topic);
  const common = { host, port: Number(port), topic, partitions };
  const shape = {
    ...common,
    ...{ recordBytes: load.recordBytes, recordsPerBatch: load.perBatch },
    ...{ inFlight: 10, connections: 2, forMs: produceForMs },
  };
  await produceLoad({ ...shape, requests: load.requests / 8 });
  const produced = await produceLoad({ ...shape, requests: load.requests });
  const produce = `${load.name}: produce, 10 requests in flight`;
  notes.throughput(produce, produced.megabytesPerSecond, load.goal);
  notes.latency(`${produce}, p50`, quantile(produced.latenciesMs, 0.5));
  notes.latency(`${produce}, p99`, quantile(produced.latenciesMs, 0.99), load.latencyGoal);
  const fetched = await fetchLoad(common);
  const fetch = `${load.name}: fetch, 1 request in flight`;
  notes.throughput(fetch, fetched.megabytesPerSecond, load.goal);
  notes.latency(`${fetch}, p50`, quantile(fetched.latenciesMs, 0.5));
  notes.latency(`${fetch}, p99`, quantile(fetched.latenciesMs, 0.99), load.latencyGoal);
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
