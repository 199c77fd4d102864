import { Producer } from '@platformatic/kafka';
import { fault } from '../base/errors.ts';
import type { OutgoingRecord } from '../topics/record.ts';
import { brokerFault } from './kafka-errors.ts';

export interface RecordProducer {
  /**
   * Publishes records with acks=all, idempotently. Calls keep their order inside a partition. While a request is under
   * way further calls gather into the next one: batches under load, no waiting when idle. While no broker answers the
   * call waits, and goes on where it was when one does.
   *
   * @returns when the broker has acknowledged all of them
   * @throws BROKER_UNREACHABLE when the producer is closed meanwhile, or when the broker refuses the records for good
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Number of partitions of a topic. @throws BROKER_UNREACHABLE */
  partitionsOf(topic: string): Promise<number>;
  /** Waits for the sends under way, then closes; with `abort` they are rejected instead. */
  close(options?: { abort?: boolean }): Promise<void>;
}

export interface ProducerOptions {
  /** `host:port` of one or more brokers. */
  brokers: readonly string[];
  clientId: string;
}

interface Waiting {
  records: readonly OutgoingRecord[];
  sizeBytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** A request stays well under a broker's default limits; a larger single record travels alone. */
const maxRequestBytes = 4 * 2 ** 20;
const retryDelayMs = 250;

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openRecordProducer(options: ProducerOptions): Promise<RecordProducer> {
  const producer = new GatheringProducer(options);
  await producer.connect();
  return producer;
}

class GatheringProducer implements RecordProducer {
  readonly #brokers: readonly string[];
  readonly #client: Producer<string, Buffer, string, string>;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor({ brokers, clientId }: ProducerOptions) {
    this.#brokers = brokers;
    this.#client = new Producer<string, Buffer, string, string>({
      clientId,
      bootstrapBrokers: [...brokers],
      idempotent: true,
      retryDelay: retryDelayMs,
      timeout: 30_000,
      serializers: {
        key: (key) => (key === undefined ? undefined : Buffer.from(key)),
        value: (value) => value,
        headerKey: (key) => (key === undefined ? undefined : Buffer.from(key)),
        headerValue: (value) => (value === undefined ? undefined : Buffer.from(value)),
      },
    });
  }

  async connect(): Promise<void> {
    try {
      await this.#client.metadata({ topics: [], retries: 3 });
    } catch (cause) {
      await this.#client.close().catch(() => {});
      throw brokerFault(this.#brokers, 'connecting', cause);
    }
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closedFault());
    return new Promise((resolve, reject) => {
      const sizeBytes = records.reduce((sum, record) => sum + record.value.length, 0);
      this.#waiting.push({ records, sizeBytes, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async partitionsOf(topic: string): Promise<number> {
    try {
      const metadata = await this.#client.metadata({ topics: [topic] });
      return metadata.topics.get(topic)?.partitionsCount ?? 0;
    } catch (cause) {
      throw brokerFault(this.#brokers, `reading the partitions of "${topic}"`, cause);
    }
  }

  async close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    if (!abort) await this.#draining;
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedFault());
    await this.#client.close(true).catch(() => {});
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#client.send({ messages: group.flatMap(({ records }) => records.map(toMessage)), acks: -1 });
        for (const { resolve } of group) resolve();
      } catch (cause) {
        const error = brokerFault(this.#brokers, 'publishing', cause);
        for (const { reject } of group) reject(error);
      }
    }
    // In the same turn as the check above: a caller that goes on from here with another send starts the next round.
    this.#draining = undefined;
  }

  #takeGroup(): Waiting[] {
    let sizeBytes = 0;
    let count = 0;
    for (const { sizeBytes: more } of this.#waiting) {
      if (count > 0 && sizeBytes + more > maxRequestBytes) break;
      sizeBytes += more;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #closedFault() {
    return fault(
      'BROKER_UNREACHABLE',
      `The producer for ${this.#brokers.join(', ')} was closed before the broker answered`,
    );
  }
}

function toMessage({ topic, partition, key, value, headers }: OutgoingRecord) {
  return {
    topic,
    value,
    headers,
    ...(key === undefined ? {} : { key }),
    ...(partition === undefined ? {} : { partition }),
  };
}
