import { setTimeout as delay } from 'node:timers/promises';
import { Admin, Connection, type Reader, Writer } from '@platformatic/kafka';
import { fault } from '../base/errors.ts';
import { brokerFault } from '../stage/kafka-errors.ts';

/** What one fetch of one partition brought. */
export interface Fetched {
  /** Record batches, the last one perhaps cut short. */
  records: Buffer;
  lastStableOffset: number;
  logStartOffset: number;
  /** Of the stretch fetched. */
  aborted: { producerId: bigint; firstOffset: number }[];
  /** The offset asked for is not in the log (any more). */
  isOutOfRange: boolean;
}

interface Answer extends Fetched {
  errorCode: number;
}

const fetchKey = 1;
/** The newest version that names topics by their names. */
const fetchVersion = 12;
const maxBytes = 8 * 2 ** 20;
const maxWaitMs = 500;
const readCommitted = 1;
const outOfRange = 1;
const leaderPatienceMs = 30_000;
const retryMs = 200;

/** Fetches record batches as bytes: the client's consumer makes an object of each record, which takes most of the time. */
export class RawFetcher {
  readonly #brokers: readonly string[];
  readonly #clientId: string;
  readonly #admin: Admin;
  readonly #connections = new Map<string, Promise<Connection>>();
  /** `host:port` of the leader by `topic/partition`. */
  readonly #leaders = new Map<string, { host: string; port: number }>();

  constructor(brokers: readonly string[], clientId: string) {
    this.#brokers = brokers;
    this.#clientId = clientId;
    this.#admin = new Admin({ clientId, bootstrapBrokers: [...brokers], retries: 3, retryDelay: retryMs });
  }

  /** Committed records from an offset on. @throws BROKER_UNREACHABLE */
  async fetch(topic: string, partition: number, offset: number): Promise<Fetched> {
    const deadline = performance.now() + leaderPatienceMs;
    for (;;) {
      let reason: unknown;
      try {
        const answer = await this.#ask(topic, partition, offset);
        if (answer.errorCode === 0 || answer.errorCode === outOfRange) return answer;
        reason = new Error(`error ${answer.errorCode} for ${topic}/${partition}`);
      } catch (error) {
        reason = error;
      }
      if (performance.now() > deadline) throw brokerFault(this.#brokers, `fetching ${topic}/${partition}`, reason);
      // Another broker may lead the partition now, or the connection may be gone.
      await this.#forget();
      await delay(retryMs);
    }
  }

  async close(): Promise<void> {
    await this.#forget();
    await this.#admin.close().catch(() => {});
  }

  async #ask(topic: string, partition: number, offset: number): Promise<Answer> {
    const connection = await this.#connectionTo(topic, partition);
    return new Promise((resolve, reject) => {
      connection.send(
        fetchKey,
        fetchVersion,
        () => fetchRequest(topic, partition, offset),
        (_correlationId, _key, _version, reader) => readAnswer(reader),
        true,
        true,
        (error, answer) => (error || !answer ? reject(error ?? new Error('no answer')) : resolve(answer)),
      );
    });
  }

  async #connectionTo(topic: string, partition: number): Promise<Connection> {
    const key = `${topic}/${partition}`;
    if (!this.#leaders.has(key)) await this.#findLeaders(topic);
    const leader = this.#leaders.get(key);
    if (!leader) throw fault('BROKER_UNREACHABLE', `${key} has no leader at ${this.#brokers.join(', ')}`);
    const address = `${leader.host}:${leader.port}`;
    const known = this.#connections.get(address);
    if (known) return known;
    const opening = this.#connect(leader);
    this.#connections.set(address, opening);
    return opening;
  }

  async #connect({ host, port }: { host: string; port: number }): Promise<Connection> {
    const connection = new Connection(this.#clientId);
    await connection.connect(host, port);
    return connection;
  }

  async #findLeaders(topic: string): Promise<void> {
    const { brokers, topics } = await this.#admin.metadata({ topics: [topic], forceUpdate: true });
    for (const [partition, { leader }] of (topics.get(topic)?.partitions ?? []).entries()) {
      const broker = brokers.get(leader);
      if (broker) this.#leaders.set(`${topic}/${partition}`, { host: broker.host, port: broker.port });
    }
  }

  async #forget(): Promise<void> {
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    this.#leaders.clear();
    await Promise.allSettled(connections.map(async (opening) => (await opening).close()));
  }
}

function fetchRequest(topic: string, partition: number, offset: number): Writer {
  return Writer.create()
    .appendInt32(-1)
    .appendInt32(maxWaitMs)
    .appendInt32(1)
    .appendInt32(maxBytes)
    .appendInt8(readCommitted)
    .appendInt32(0)
    .appendInt32(-1)
    .appendArray([topic], (topics, name) => {
      topics.appendString(name).appendArray([partition], (partitions, index) => {
        partitions
          .appendInt32(index)
          .appendInt32(-1)
          .appendInt64(BigInt(offset))
          .appendInt32(-1)
          .appendInt64(-1n)
          .appendInt32(maxBytes);
      });
    })
    .appendArray([], () => {})
    .appendString('')
    .appendTaggedFields();
}

function readAnswer(reader: Reader): Answer {
  reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt32();
  const [topic] = reader.readArray((topics) => {
    topics.readString();
    return topics.readArray(readPartition);
  });
  const answer = topic?.[0] ?? { ...nothing, errorCode: -1 };
  return errorCode === 0 ? answer : { ...answer, errorCode };
}

const nothing: Fetched = {
  records: Buffer.alloc(0),
  lastStableOffset: -1,
  logStartOffset: -1,
  aborted: [],
  isOutOfRange: false,
};

function readPartition(reader: Reader): Answer {
  reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt64();
  const lastStableOffset = Number(reader.readInt64());
  const logStartOffset = Number(reader.readInt64());
  const aborted = reader.readNullableArray((each) => ({
    producerId: each.readInt64(),
    firstOffset: Number(each.readInt64()),
  }));
  reader.readInt32();
  const records = reader.readNullableBytes() ?? nothing.records;
  const isOutOfRange = errorCode === outOfRange;
  return { errorCode, records, lastStableOffset, logStartOffset, aborted: aborted ?? [], isOutOfRange };
}
