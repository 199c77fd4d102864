import { defaultPartitioner, type MessageRecord, NumericMap, ProtocolError, ResponseError } from '@platformatic/kafka';
import type { OutgoingRecord } from '../../topics/record.ts';
import { hasKafkaError } from '../kafka-errors.ts';
import { type Answer, beforeSending, type KafkaLink } from './link.ts';
import { partitionName, type TopicPartition } from './sticky-assignment.ts';

export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
}

/** A record that knows its partition. */
export type PlacedRecord = OutgoingRecord & { partition: number };

/** Numbers the records of each partition, as the broker expects them from an idempotent producer. */
export class Sequences {
  readonly #next = new Map<string, number>();

  of(place: TopicPartition): number {
    return this.#next.get(partitionName(place)) ?? 0;
  }

  /** Records that the broker has: their numbers are spent. */
  advance(records: readonly PlacedRecord[]): void {
    for (const record of records) this.#next.set(partitionName(record), (this.of(record) + 1) % 2 ** 31);
  }

  /** The numbers that follow once the broker has these records too. */
  after(records: readonly PlacedRecord[]): Sequences {
    const later = new Sequences();
    for (const [name, next] of this.#next) later.#next.set(name, next);
    later.advance(records);
    return later;
  }

  clear(): void {
    this.#next.clear();
  }
}

export interface ProduceOptions {
  identity: ProducerIdentity;
  sequences: Sequences;
  transactionalId?: string;
}

const acknowledgedByAll = -1;
const brokerTimeoutMs = 20_000;

/** Gives records without a partition one: by their key's hash, as Kafka's clients do, else one after the other. */
export class Placement {
  readonly #link: KafkaLink;
  #turn = 0;

  constructor(link: KafkaLink) {
    this.#link = link;
  }

  async place(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> {
    const topics = new Set(records.filter(({ partition }) => partition === undefined).map(({ topic }) => topic));
    const counts = new Map<string, number>();
    for (const topic of topics) counts.set(topic, await this.#link.partitionsOf(topic));
    return records.map((record) => ({ ...record, partition: record.partition ?? this.#choose(record, counts) }));
  }

  #choose({ topic, key, value }: OutgoingRecord, counts: ReadonlyMap<string, number>): number {
    const count = Math.max(1, counts.get(topic) ?? 1);
    const bytes = key === undefined ? undefined : Buffer.from(key);
    return (bytes ? defaultPartitioner({ topic, value }, bytes) : this.#turn++) % count;
  }
}

/** What became of one partition's records; without an error all replicas have them. */
export interface ProduceOutcome {
  records: readonly PlacedRecord[];
  error?: unknown;
}

/** The topic takes no batch of this size: its `max.message.bytes` or `segment.bytes` is not Vigil's own. */
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'] as const;

/**
 * Sends records to the leaders of their partitions, each partition's as one batch, and waits until all replicas have
 * them. A batch that is too large for its topic is sent in halves, and these in halves. A call with the same records
 * and sequences may be repeated: it comes to the same batches, and a broker that has one already says so.
 *
 * @returns one outcome for each partition, once every leader has answered or its connection broke
 * @throws when the leaders are not known
 */
export async function produce(
  link: KafkaLink,
  records: readonly PlacedRecord[],
  options: ProduceOptions,
): Promise<ProduceOutcome[]> {
  const byLeader = await beforeSending(() => groupByLeader(link, records));
  const answers = [...byLeader].map(([leader, group]) => askLeader(link, leader, group, options));
  const outcomes = (await Promise.all(answers)).flat();
  return Promise.all(
    outcomes.map((outcome) => {
      const isTooLarge = outcome.records.length > 1 && hasKafkaError(outcome.error, ...tooLarge);
      return isTooLarge ? inHalves(link, outcome.records, options) : outcome;
    }),
  );
}

async function inHalves(
  link: KafkaLink,
  records: readonly PlacedRecord[],
  options: ProduceOptions,
): Promise<ProduceOutcome> {
  const half = records.slice(0, records.length / 2);
  const [first] = await produce(link, half, options);
  if (first?.error !== undefined) return { records, error: first.error };
  const sequences = options.sequences.after(half);
  const [second] = await produce(link, records.slice(half.length), { ...options, sequences });
  return second?.error === undefined ? { records } : { records, error: second.error };
}

async function askLeader(
  link: KafkaLink,
  leader: number,
  records: readonly PlacedRecord[],
  { identity, sequences, transactionalId }: ProduceOptions,
): Promise<ProduceOutcome[]> {
  const numbers = new NumericMap();
  for (const record of records) numbers.set(partitionName(record), sequences.of(record));
  const settings = { compression: 'none' as const, ...identity, sequences: numbers };
  const transaction = transactionalId === undefined ? {} : { transactionalId };
  const parts = [...Map.groupBy(records, partitionName).values()];
  try {
    const messages = records.map(toMessage);
    await link.request('Produce', leader, [
      acknowledgedByAll,
      brokerTimeoutMs,
      messages,
      { ...settings, ...transaction },
    ]);
    return parts.map((part) => ({ records: part }));
  } catch (error) {
    const refused = refusedPartitions(error);
    if (!refused) return parts.map((part) => ({ records: part, error }));
    return parts.map((part) => ({ records: part, ...refusalOf(part, refused) }));
  }
}

function refusalOf([first]: readonly PlacedRecord[], refused: ReadonlyMap<string, Error>): { error?: Error } {
  const error = first && refused.get(partitionName(first));
  return error === undefined ? {} : { error };
}

/** The partitions that an answer refuses; undefined when there was no answer. */
function refusedPartitions(error: unknown): Map<string, Error> | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const answer: Answer<'Produce'> = error.response;
  return new Map(
    answer.responses.flatMap(({ name: topic, partitionResponses }) =>
      partitionResponses
        .filter(({ errorCode }) => errorCode !== 0)
        .map(({ index, errorCode, errorMessage }) => [
          partitionName({ topic, partition: index }),
          new ProtocolError(errorCode, errorMessage, {}, answer),
        ]),
    ),
  );
}

async function groupByLeader(
  link: KafkaLink,
  records: readonly PlacedRecord[],
): Promise<Map<number, readonly PlacedRecord[]>> {
  const { topics } = await link.metadata([...new Set(records.map(({ topic }) => topic))]);
  return Map.groupBy(records, ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
}

function toMessage({ topic, partition, key, value, isTombstone, headers }: PlacedRecord): MessageRecord {
  return {
    topic,
    partition,
    // The library writes null as it should; its types do not know.
    value: isTombstone ? (null as unknown as Buffer) : value,
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    headers: new Map([...headers].map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  };
}
