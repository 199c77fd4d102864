import type { IncomingRecord } from '../topics/record.ts';
import { Fetcher } from './kafka/fetcher.ts';
import { KafkaLink } from './kafka/link.ts';

const withinMs = 5000;

/**
 * One record by where it lies.
 *
 * @param ref `<topic>/<partition>/<offset>`
 * @returns undefined when retention has removed it, when there is none, or when no broker answers in time
 */
export async function fetchRecord(
  options: { brokers: readonly string[]; clientId: string },
  ref: string,
): Promise<IncomingRecord | undefined> {
  const [, topic, partition, offset] = /^(.+)\/(\d+)\/(\d+)$/.exec(ref) ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  const link = new KafkaLink(options);
  const fetcher = new Fetcher({
    link,
    longestWaitMs: withinMs,
    async onOutOfRange() {
      fetcher.close();
      return 0n;
    },
    onInterruption() {},
  });
  const timer = setTimeout(() => fetcher.close(), withinMs);
  try {
    fetcher.start({ topic, partition: Number(partition) }, { offset: BigInt(offset), note: '' });
    const found = await fetcher.next();
    return found?.offset === BigInt(offset) ? found : undefined;
  } finally {
    clearTimeout(timer);
    fetcher.close();
    await link.close();
  }
}
