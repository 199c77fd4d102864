import { fault } from '../base/errors.ts';
import type { OutgoingRecord } from '../topics/record.ts';
import { KafkaLink } from './kafka/link.ts';
import { type PlacedRecord, Placement, type ProducerIdentity, produce, Sequences } from './kafka/produce.ts';
import { untilItWorks } from './kafka/retry.ts';
import { partitionName } from './kafka/sticky-assignment.ts';
import { brokerFault, hasKafkaError, isRefusal } from './kafka-errors.ts';

export interface RecordProducer {
  /**
   * Publishes records with acks=all, idempotently. Calls keep their order inside a partition. While a request is under
   * way further calls gather into the next one: batches under load, no waiting when idle. While no broker answers the
   * call waits, and goes on where it was when one does: however often a request has to be repeated, the broker keeps
   * its records once.
   *
   * @returns when the broker has acknowledged all of them
   * @throws BROKER_UNREACHABLE when the producer is closed meanwhile, or when the broker refuses the records for good;
   *   PUBLISH_UNCERTAIN when the broker has forgotten this producer while nobody knows whether it took the records
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Why the records under way are not acknowledged yet; undefined while nothing is wrong. */
  readonly trouble: unknown;
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
const connectAttempts = 3;
/** The broker does not know this producer, or not as we do. */
const forgotten = ['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH'] as const;

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openRecordProducer(options: ProducerOptions): Promise<RecordProducer> {
  const producer = new IdempotentProducer(options);
  await producer.connect();
  return producer;
}

class IdempotentProducer implements RecordProducer {
  readonly #brokers: readonly string[];
  readonly #link: KafkaLink;
  readonly #placement: Placement;
  readonly #waiting: Waiting[] = [];
  readonly #sequences = new Sequences();
  readonly #closing = new AbortController();
  #identity: ProducerIdentity | undefined;
  #draining: Promise<void> | undefined;
  #trouble: unknown;

  constructor(options: ProducerOptions) {
    this.#brokers = options.brokers;
    this.#link = new KafkaLink(options);
    this.#placement = new Placement(this.#link);
  }

  async connect(): Promise<void> {
    let left = connectAttempts;
    const { signal } = this.#closing;
    try {
      await untilItWorks(() => this.#link.metadata([]), { signal, isFinal: () => left-- <= 0 });
    } catch (cause) {
      await this.#link.close();
      throw brokerFault(this.#brokers, 'connecting', cause);
    }
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closedFault());
    return new Promise((resolve, reject) => {
      const sizeBytes = records.reduce((sum, record) => sum + record.value.length, 0);
      this.#waiting.push({ records, sizeBytes, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  async partitionsOf(topic: string): Promise<number> {
    try {
      return await this.#link.partitionsOf(topic);
    } catch (cause) {
      throw brokerFault(this.#brokers, `reading the partitions of "${topic}"`, cause);
    }
  }

  async close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    if (!abort) await this.#draining;
    this.#closing.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedFault());
    await this.#link.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#publish(group.flatMap(({ records }) => records));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // In the same turn as the check above: a caller that goes on from here with another send starts the next round.
    this.#draining = undefined;
  }

  /** One request at a time, and the same one until it is answered: only so are sequence numbers a proof. */
  async #publish(outgoing: readonly OutgoingRecord[]): Promise<void> {
    const { signal } = this.#closing;
    const what = 'publishing';
    let batches: Batch[] = [];
    const onFailure = (error: unknown) => this.#beforeNextAttempt(error, outgoing);
    try {
      const placed = await untilItWorks(() => this.#placement.place(outgoing), {
        signal,
        isFinal: isRefusal,
        onFailure,
      });
      batches = [...Map.groupBy(placed, partitionName).values()].map((records) => new Batch(records));
      const isFinal = (error: unknown) => isRefusal(error) && this.#identity !== undefined;
      await untilItWorks(() => this.#attempt(batches), { signal, isFinal, onFailure });
    } catch (cause) {
      this.#forgetIdentity();
      if (signal.aborted) throw this.#closedFault(cause);
      const isUncertain = batches.some((batch) => !batch.isAcknowledged && batch.mayBeThere);
      if (isUncertain) throw fault('PUBLISH_UNCERTAIN', `${what} at ${this.#brokers.join(', ')}`, { cause });
      throw brokerFault(this.#brokers, what, cause);
    } finally {
      this.#trouble = undefined;
    }
  }

  async #beforeNextAttempt(error: unknown, records: readonly OutgoingRecord[]): Promise<void> {
    this.#trouble = error;
    const topics = new Set(records.map(({ topic }) => topic));
    await this.#link.metadata([...topics], { isStale: true }).catch(() => {});
  }

  /** @throws the first error of a batch that is not acknowledged; without an identity a new producer may go on */
  async #attempt(batches: readonly Batch[]): Promise<void> {
    this.#identity ??= await this.#newIdentity();
    const left = batches.filter(({ isAcknowledged }) => !isAcknowledged);
    const records = left.flatMap((batch) => batch.records);
    const outcomes = await produce(this.#link, records, { identity: this.#identity, sequences: this.#sequences });
    for (const outcome of outcomes) {
      const batch = left.find(({ records: [first] }) => first === outcome.records[0]);
      batch?.settle(outcome.error);
      if (outcome.error === undefined) this.#sequences.advance(outcome.records);
    }
    const failed = outcomes.filter(({ error }) => error !== undefined);
    const isForgotten = failed.some(({ error }) => hasKafkaError(error, ...forgotten));
    if (isForgotten && left.every((batch) => batch.isAcknowledged || !batch.mayBeThere)) this.#forgetIdentity();
    if (failed[0]) throw (failed.find(({ error }) => isRefusal(error)) ?? failed[0]).error;
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const { producerId, producerEpoch } = await this.#link.request('InitProducerId', undefined, [null, 0, -1n, -1]);
    return { producerId, producerEpoch };
  }

  /** The next records are those of a new producer, numbered from 0. */
  #forgetIdentity(): void {
    this.#identity = undefined;
    this.#sequences.clear();
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

  #closedFault(cause?: unknown) {
    const message = `The producer for ${this.#brokers.join(', ')} was closed before the broker answered`;
    return fault('BROKER_UNREACHABLE', message, cause === undefined ? {} : { cause });
  }
}

/** One partition's records of a request, and what its attempts have shown. */
class Batch {
  readonly records: readonly PlacedRecord[];
  isAcknowledged = false;
  /** An attempt ended without an answer that settles it: the broker may have the records. */
  mayBeThere = false;

  constructor(records: readonly PlacedRecord[]) {
    this.records = records;
  }

  settle(error: unknown): void {
    this.isAcknowledged = error === undefined;
    if (error !== undefined && !isRefusal(error)) this.mayBeThere = true;
  }
}
