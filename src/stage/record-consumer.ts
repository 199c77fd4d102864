import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Consumer,
  ListOffsetTimestamps,
  type Message,
  type MessagesStream,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
} from '@platformatic/kafka';
import type { IncomingRecord } from '../topics/record.ts';
import { brokerFault, flattenErrors } from './kafka-errors.ts';

/**
 * Where a reader starts: `committed` goes on from the group's offsets, or from the beginning when it has none. An offset
 * is that of every partition; one that a partition does not hold means its nearest end.
 */
export type StartFrom = 'committed' | 'beginning' | 'end' | { timestampMs: number } | { offset: bigint };

export interface ConsumerOptions {
  brokers: readonly string[];
  clientId: string;
  topics: readonly string[];
  /** Given: a member of this consumer group. Left out: a reader of its own that reads every partition and commits nothing. */
  groupId?: string;
  /**
   * Names this member for good (static membership): after a crash it takes its partitions up again at once, without a
   * rebalance. No two running members of a group may share it.
   */
  groupInstanceId?: string;
  from: StartFrom;
  /** Told of each interruption that the consumer heals by itself. */
  onInterruption?: (error: Error) => void;
}

type RecordPosition = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;

/** Records in the order of each partition; iterating applies back-pressure to the broker. Survives the broker's restart. */
export interface RecordConsumer extends AsyncIterable<IncomingRecord> {
  /** Changes when the member was assigned partitions anew: what was read before and is not committed may be read again. */
  readonly generation: number;
  /** Commits "processed up to and including" for each record given (the highest of each partition counts). @throws BROKER_UNREACHABLE */
  commit(records: readonly RecordPosition[]): Promise<void>;
  close(): Promise<void>;
}

type Client = Consumer<Buffer, Buffer, string, string>;
type Stream = MessagesStream<Buffer, Buffer, string, string>;

const fetchMaxBytes = 4 * 2 ** 20;
const fetchMaxWaitMs = 500;
const readAheadRecords = 16;
const sessionTimeoutMs = 10_000;
const reopenDelayMs = 250;

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openRecordConsumer(options: ConsumerOptions): Promise<RecordConsumer> {
  const consumer = new ReopeningConsumer(options);
  await consumer.open();
  return consumer;
}

class ReopeningConsumer implements RecordConsumer {
  readonly #options: ConsumerOptions;
  readonly #groupId: string;
  /** Next offset of each partition, by `topic:partition`: where a reader without a group goes on after an interruption. */
  readonly #next = new Map<string, bigint>();
  #client: Client | undefined;
  #stream: Stream | undefined;
  #closed = false;
  #generation = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#groupId = options.groupId ?? `${options.clientId}-reader-${randomUUID()}`;
  }

  get generation(): number {
    return this.#generation;
  }

  async open(): Promise<void> {
    const { brokers, clientId, topics, groupInstanceId } = this.#options;
    const client: Client = new Consumer<Buffer, Buffer, string, string>({
      clientId,
      groupId: this.#groupId,
      bootstrapBrokers: [...brokers],
      retries: 3,
      retryDelay: reopenDelayMs,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: 1000,
      ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
      deserializers: {
        headerKey: (key) => key?.toString('utf8') ?? '',
        headerValue: (value) => value?.toString('utf8') ?? '',
      },
    });
    client.on('consumer:group:join', () => this.#generation++);
    try {
      this.#stream = await client.consume({
        topics: [...topics],
        autocommit: false,
        maxBytes: fetchMaxBytes,
        maxBytesPerPartition: fetchMaxBytes,
        maxWaitTime: fetchMaxWaitMs,
        minBytes: 1,
        highWaterMark: readAheadRecords,
        ...(await this.#startingPoint(client)),
      });
      // An error between two reads must not go unhandled; the next read meets the destroyed stream.
      this.#stream.on('error', () => {});
      this.#client = client;
    } catch (cause) {
      await client.close(true).catch(() => {});
      throw brokerFault(brokers, `reading ${topics.join(', ')}`, cause);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<IncomingRecord> {
    while (!this.#closed) {
      try {
        for await (const message of this.#stream ?? []) {
          const record = toRecord(message);
          this.#next.set(`${record.topic}:${record.partition}`, record.offset + 1n);
          yield record;
          if (this.#closed) return;
        }
      } catch (error) {
        if (!this.#closed) this.#options.onInterruption?.(lastOf(error));
      }
      if (!this.#closed) await this.#reopen();
    }
  }

  async commit(records: readonly RecordPosition[]): Promise<void> {
    const highest = new Map<string, RecordPosition>();
    for (const record of records) {
      const key = `${record.topic}:${record.partition}`;
      const known = highest.get(key);
      if (!known || known.offset < record.offset) highest.set(key, record);
    }
    if (highest.size === 0 || !this.#client) return;
    const offsets = [...highest.values()].map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: offset + 1n,
      leaderEpoch: -1,
    }));
    try {
      await this.#client.commit({ offsets });
    } catch (cause) {
      throw brokerFault(this.#options.brokers, 'committing offsets', cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#shut();
  }

  async #reopen(): Promise<void> {
    await this.#shut();
    while (!this.#closed) {
      await delay(reopenDelayMs);
      try {
        await this.open();
        // Closed meanwhile: the close above us found no client.
        if (this.#closed) await this.#shut();
        return;
      } catch (error) {
        this.#options.onInterruption?.(lastOf(error));
      }
    }
  }

  async #shut(): Promise<void> {
    const client = this.#client;
    const stream = this.#stream;
    this.#client = undefined;
    this.#stream = undefined;
    stream?.destroy();
    if (stream && !stream.closed) await once(stream, 'close').catch(() => {});
    await client?.close(true).catch(() => {});
  }

  async #startingPoint(client: Client) {
    const { from, groupId } = this.#options;
    if (from === 'committed' || (groupId !== undefined && this.#generation > 0)) {
      return { mode: MessagesStreamModes.COMMITTED, fallbackMode: MessagesStreamFallbackModes.EARLIEST };
    }
    if (this.#next.size === 0 && from === 'beginning') return { mode: MessagesStreamModes.EARLIEST };
    if (this.#next.size === 0 && from === 'end') return { mode: MessagesStreamModes.LATEST };
    return {
      mode: MessagesStreamModes.MANUAL,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
      offsets: await this.#offsetsToStartAt(client, startTimestamp(from)),
    };
  }

  /** Where each partition goes on: after what was read, else at the offset or timestamp, else at its end. */
  async #offsetsToStartAt(client: Client, timestamp: bigint) {
    const topics = [...this.#options.topics];
    const { from } = this.#options;
    const atOffset = typeof from === 'object' && 'offset' in from ? from.offset : undefined;
    const wanted = await client.listOffsets({ topics, timestamp });
    const ends = await client.listOffsets({ topics, timestamp: ListOffsetTimestamps.LATEST });
    return [...wanted].flatMap(([topic, offsets]) =>
      offsets.map((offset, partition) => {
        const end = ends.get(topic)?.[partition] ?? 0n;
        const start = offset < 0n ? end : atOffset === undefined ? offset : within(offset, atOffset, end);
        return { topic, partition, offset: this.#next.get(`${topic}:${partition}`) ?? start };
      }),
    );
  }
}

function startTimestamp(from: StartFrom): bigint {
  if (typeof from === 'object' && 'timestampMs' in from) return BigInt(Math.floor(from.timestampMs));
  return from === 'end' ? ListOffsetTimestamps.LATEST : ListOffsetTimestamps.EARLIEST;
}

function within(least: bigint, wanted: bigint, most: bigint): bigint {
  return wanted < least ? least : wanted > most ? most : wanted;
}

function lastOf(error: unknown): Error {
  return [...flattenErrors(error)].at(-1) ?? new Error(String(error));
}

function toRecord(message: Message<Buffer, Buffer, string, string>): IncomingRecord {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestampMs: Number(message.timestamp),
    key: message.key ?? null,
    value: message.value ?? Buffer.alloc(0),
    headers: message.headers as Map<string, string>,
  };
}
