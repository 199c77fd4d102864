import type { fetchV17 } from '@platformatic/kafka';
import type { IncomingRecord } from '../../topics/record.ts';
import { hasKafkaError } from '../kafka-errors.ts';
import { KafkaLink, type LinkOptions } from './link.ts';
import { PartitionLease } from './partition-lease.ts';
import type { TopicPartition } from './sticky-assignment.ts';

export interface RecordPlace extends TopicPartition {
  offset: bigint;
}

const noWaitMs = 0;
/** A broker answers with one whole batch at least, however little is asked for. */
const leastBytes = 1;
const readUncommitted = 0;
const noSession = { id: 0, epoch: -1 } as const;
const topicIdsSince = 13;

/** `<topic>/<partition>/<offset>` → its parts; undefined when it is none. */
export function parseRecordRef(ref: string): RecordPlace | undefined {
  const match = /^(.+)\/(\d{1,9})\/(\d{1,18})$/.exec(ref);
  if (!match?.[1]) return undefined;
  return { topic: match[1], partition: Number(match[2]), offset: BigInt(match[3] ?? '0') };
}

/** Looks single records up by where they lie, one fetch each. */
export class RecordLookup {
  readonly #link: KafkaLink;

  constructor(options: LinkOptions) {
    this.#link = new KafkaLink(options);
  }

  /**
   * The records of the batch that holds this offset, from it on; the first is the record itself. Empty: the log holds it
   * no more.
   *
   * @throws what the network or the broker answers
   */
  async batchAt({ topic, partition, offset }: RecordPlace): Promise<IncomingRecord[]> {
    const metadata = await this.#link.metadata([topic]);
    const leader = metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;
    if (leader < 0) return [];
    const usesIds = (await this.#link.versionOf('Fetch')) >= topicIdsSince;
    const topicId = usesIds ? (metadata.topics.get(topic)?.id ?? '') : topic;
    const place = { partition, fetchOffset: offset, currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
    const request = [{ topicId, partitions: [{ ...place, partitionMaxBytes: leastBytes }] }];
    const limits = [noWaitMs, leastBytes, leastBytes, readUncommitted, noSession.id, noSession.epoch] as const;
    try {
      const answer = await this.#link.request('Fetch', leader, [...limits, request, [], '']);
      return recordsFrom(answer.responses[0]?.partitions[0], { topic, partition, offset });
    } catch (error) {
      if (isOutOfRange(error)) return [];
      throw error;
    }
  }

  /** The id of each topic that there is; of two topics of one name, one after the other, each has its own. */
  async topicIds(topics: readonly string[]): Promise<Map<string, string>> {
    const { topics: found } = await this.#link.metadata(topics, { isStale: true });
    return new Map(topics.flatMap((name) => (found.has(name) ? [[name, found.get(name)?.id ?? '']] : [])));
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

function recordsFrom(
  fetched: fetchV17.FetchResponsePartition | undefined,
  { topic, partition, offset }: RecordPlace,
): IncomingRecord[] {
  const batches = fetched?.records ?? [];
  const last = batches.at(-1);
  if (!last) return [];
  const reading = new PartitionLease({ topic, partition }, offset);
  reading.receive(batches, last.firstOffset + BigInt(last.lastOffsetDelta) + 1n);
  const records: IncomingRecord[] = [];
  for (let record = reading.shift(); record; record = reading.shift()) records.push(record);
  return records[0]?.offset === offset ? records : [];
}

function isOutOfRange(error: unknown): boolean {
  return hasKafkaError(error, 'OFFSET_OUT_OF_RANGE');
}
