import { randomBytes } from 'node:crypto';
import {
  type CompressionAlgorithmValue,
  type MessageToProduce,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';

type Message = MessageToProduce<string, string, string, string>;

const compressions: readonly CompressionAlgorithmValue[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * Writes one of everything to partition 0 of a topic: each compression, keys and none, headers, tombstones, times of their own,
 * idempotent and transactional producers, transactions that were committed and some that were aborted. About 4 MB, so that
 * segments of 1 MiB are rolled.
 *
 * @returns the values that a reader of committed records is to see, in order
 */
export async function writeVariedRecords(bootstrap: string, topic: string): Promise<(string | null)[]> {
  const committed: (string | null)[] = [];
  const plain = openProducer(bootstrap);
  const transactional = openProducer(bootstrap, `writer of ${topic}`);
  try {
    for (const round of Array(9).keys()) {
      for (const compression of compressions) {
        const messages = variedMessages(topic, `${compression} ${round}`);
        await plain.send({ messages, compression });
        committed.push(...messages.map(({ value }) => value ?? null));
      }
      const messages = variedMessages(topic, `transaction ${round}`);
      const transaction = await transactional.beginTransaction();
      await transaction.send({ messages, compression: compressions[round % compressions.length] ?? 'none' });
      const isKept = round % 3 !== 0;
      await (isKept ? transaction.commit() : transaction.abort());
      if (isKept) committed.push(...messages.map(({ value }) => value ?? null));
    }
  } finally {
    await Promise.all([plain.close(), transactional.close()]);
  }
  return committed;
}

function openProducer(bootstrap: string, transactionalId?: string): Producer<string, string, string, string> {
  return new Producer({
    clientId: 'varied-records',
    bootstrapBrokers: [bootstrap],
    serializers: stringSerializers,
    idempotent: true,
    acks: -1,
    ...(transactionalId === undefined ? {} : { transactionalId }),
  });
}

function variedMessages(topic: string, what: string): Message[] {
  const firstTimestamp = BigInt(Date.now()) - 100_000n;
  return Array.from({ length: 21 }, (_, i): Message => {
    const timestamp = firstTimestamp + BigInt(i * 1000);
    const base = { topic, partition: 0, timestamp, headers: { what, [`number ${i}`]: `${i}` } };
    if (i % 7 === 0) return { ...base, key: `key ${i}` };
    const value = `${what} ${i} ${randomBytes(2000).toString('hex')}`;
    return i % 5 === 0 ? { ...base, value } : { ...base, key: `key ${i}`, value };
  });
}
