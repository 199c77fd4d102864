import { kafkaLibraries, runKafkaTool } from '../../test/support/apache-kafka.ts';

export interface PerfLoad {
  bootstrap: string;
  topic: string;
  recordBytes: number;
  records: number;
}

export interface PerfOutcome {
  megabytesPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Kafka's ProducerPerformance, as fast as it goes: acks=all, idempotent as the Java client is by default. */
export async function producerPerformance({ bootstrap, topic, recordBytes, records }: PerfLoad): Promise<PerfOutcome> {
  const settings = ['acks=all', 'linger.ms=5', 'batch.size=65536'].flatMap((each) => ['--command-property', each]);
  const load = [
    '--topic',
    topic,
    '--num-records',
    `${records}`,
    '--record-size',
    `${recordBytes}`,
    '--throughput',
    '-1',
  ];
  const said = await tool('ProducerPerformance', [...load, '--bootstrap-server', bootstrap, ...settings]);
  const last = (pattern: RegExp): number => Number([...said.matchAll(pattern)].at(-1)?.[1] ?? Number.NaN);
  const recordsPerSecond = last(/([\d.]+) records\/sec/g);
  return {
    megabytesPerSecond: (recordsPerSecond * recordBytes) / 1e6,
    p50Ms: last(/([\d.]+) ms 50th/g),
    p99Ms: last(/([\d.]+) ms 99th/g),
  };
}

/** Kafka's ConsumerPerformance from the beginning of the topic, without the time that joining its group takes. */
export async function consumerPerformance({ bootstrap, topic, recordBytes, records }: PerfLoad): Promise<number> {
  const load = ['--topic', topic, '--num-records', `${records}`, '--bootstrap-server', bootstrap, '--timeout', '30000'];
  const columns = (await tool('ConsumerPerformance', load)).trim().split('\n').at(-1)?.split(',').map(Number) ?? [];
  return ((columns[9] ?? Number.NaN) * recordBytes) / 1e6;
}

function tool(name: string, args: readonly string[]): Promise<string> {
  return runKafkaTool(kafkaLibraries() ?? '', `org.apache.kafka.tools.${name}`, args);
}
