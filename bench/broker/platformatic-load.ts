import { Consumer, Producer } from '@platformatic/kafka';
import type { LoadOutcome } from './produce-load.ts';

export interface PlatformaticLoad {
  bootstrap: string;
  topic: string;
  partitions: number;
  recordBytes: number;
  records: number;
  recordsPerSend: number;
}

const inFlight = 10;

/** Sends of several records each, ten under way at once, acks=all. */
export async function platformaticProduce(load: PlatformaticLoad): Promise<LoadOutcome> {
  const { bootstrap, topic, partitions, recordBytes, records, recordsPerSend } = load;
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [bootstrap] });
  const value = Buffer.alloc(recordBytes, 'vigil');
  const sends = Math.ceil(records / recordsPerSend);
  const latenciesMs: number[] = [];
  let begun = 0;
  const sendOn = async (): Promise<void> => {
    while (begun < sends) {
      const partition = begun++ % partitions;
      const messages = Array.from({ length: recordsPerSend }, () => ({ topic, partition, value }));
      const sentMs = performance.now();
      await producer.send({ messages, acks: -1 });
      latenciesMs.push(performance.now() - sentMs);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, sendOn));
  const seconds = (performance.now() - startedMs) / 1000;
  await producer.close();
  return { megabytesPerSecond: (sends * recordsPerSend * recordBytes) / 1e6 / seconds, latenciesMs };
}

/** Reads the topic from its beginning, from the first record on. @returns megabytes of records per second */
export async function platformaticFetch({ bootstrap, topic, recordBytes, records }: PlatformaticLoad): Promise<number> {
  const consumer = new Consumer({
    clientId: 'bench',
    groupId: `bench-${topic}`,
    bootstrapBrokers: [bootstrap],
    maxWaitTime: 100,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'earliest',
    autocommit: false,
    maxBytes: 4 * 2 ** 20,
  });
  let [count, startedMs] = [0, 0];
  for await (const _ of stream) {
    if (count === 0) startedMs = performance.now();
    if (++count >= records) break;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await consumer.close(true);
  return (count * recordBytes) / 1e6 / seconds;
}
