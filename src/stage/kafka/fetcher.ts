import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterMetadata, fetchV17, RecordsBatch } from '@platformatic/kafka';
import type { IncomingRecord } from '../../topics/record.ts';
import { hasKafkaError } from '../kafka-errors.ts';
import type { KafkaLink } from './link.ts';
import { PartitionLease } from './partition-lease.ts';
import { committedBatches } from './read-committed.ts';
import type { StartingOffset } from './starting-point.ts';
import { partitionName, type TopicPartition } from './sticky-assignment.ts';

type FetchedPartition = fetchV17.FetchResponsePartition;

/** A record, and the lease under which it was read. */
export interface LeasedRecord extends IncomingRecord {
  lease: PartitionLease;
}

export interface FetcherOptions {
  /** For this fetcher alone: a fetch holds the connection while it waits for records. */
  link: KafkaLink;
  /** So long a fetch waits for records. What is started meanwhile is first asked for in the next one. */
  longestWaitMs: number;
  /** A partition's offset is not there any more, or not yet: where to go on. */
  onOutOfRange(lease: PartitionLease): Promise<bigint>;
  onInterruption(error: unknown): void;
}

const readCommitted = 1;
const noSession = { id: 0, epoch: -1 } as const;
const maxAnswerBytes = 4 * 2 ** 20;
/** What may wait of one partition, and of all, before nothing more is fetched. */
const partitionBufferBytes = 2 ** 20;
const bufferBytes = 4 * 2 ** 20;
/** While a full partition is left out of the requests, so that it is back soon after it has drained. */
const shortWaitMs = 20;
const retryDelayMs = 250;
const topicIdsSince = 13;
const outOfRange = 1;

/**
 * Reads partitions from their leaders, read_committed, and hands out the oldest record first, which keeps a camera that
 * is spread over partitions nearly in order. Holds at most 4 MiB and one answer per broker; beyond it partitions are not
 * fetched, and the broker keeps what they hold.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #leases = new Map<string, PartitionLease>();
  readonly #busyNodes = new Set<number>();
  #closed = false;
  #isPumping = false;
  #mustPump = false;
  #isStale = false;
  #waiting: (() => void) | undefined;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  get leases(): readonly PartitionLease[] {
    return [...this.#leases.values()];
  }

  /** Reads a partition from this offset on. */
  start(partition: TopicPartition, { offset, note }: StartingOffset): void {
    this.stop(partition);
    this.#leases.set(partitionName(partition), new PartitionLease(partition, offset, note));
    void this.#pump();
  }

  /** Ends a lease: what was read under it and not handed out is forgotten. */
  stop(partition: TopicPartition): void {
    this.#leases.get(partitionName(partition))?.end();
    this.#leases.delete(partitionName(partition));
  }

  /** @returns the oldest record at hand, after waiting for one; undefined once closed */
  async next(): Promise<LeasedRecord | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const record = this.#take();
      if (record) return record;
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  close(): void {
    this.#closed = true;
    for (const lease of this.#leases.values()) lease.end();
    this.#leases.clear();
    this.#waiting?.();
  }

  #take(): LeasedRecord | undefined {
    let oldest: PartitionLease | undefined;
    for (const lease of this.#leases.values()) {
      const age = lease.head?.timestampMs;
      if (age !== undefined && age < (oldest?.head?.timestampMs ?? Number.POSITIVE_INFINITY)) oldest = lease;
    }
    const record = oldest?.shift();
    if (!oldest || !record) return undefined;
    if (oldest.bufferedBytes < partitionBufferBytes) void this.#pump();
    return { ...record, lease: oldest };
  }

  /** Starts a fetch from every broker that leads a partition with room and is not asked already. */
  async #pump(): Promise<void> {
    this.#mustPump = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#mustPump && !this.#closed) {
      this.#mustPump = false;
      await this.#fetchWanted().catch(async (error: unknown) => {
        if (!this.#closed) this.#options.onInterruption(error);
        this.#isStale = true;
        this.#mustPump = true;
        await delay(retryDelayMs);
      });
    }
    this.#isPumping = false;
  }

  async #fetchWanted(): Promise<void> {
    const hungry = this.leases.filter(({ bufferedBytes }) => bufferedBytes < partitionBufferBytes);
    const buffered = this.leases.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    if (buffered >= bufferBytes || hungry.length === 0) return;
    const waitMs = hungry.length === this.#leases.size ? this.#options.longestWaitMs : shortWaitMs;
    const names = [...new Set(hungry.map(({ topic }) => topic))];
    const metadata = await this.#options.link.metadata(names, { isStale: this.#isStale });
    this.#isStale = false;
    const inTurn = hungry.sort((a, b) => a.bufferedBytes - b.bufferedBytes);
    for (const [node, leases] of byLeader(inTurn, metadata)) {
      if (node < 0) throw new Error(`no broker leads ${leases.map(partitionName).join(', ')}`);
      if (this.#busyNodes.has(node)) continue;
      this.#busyNodes.add(node);
      void this.#fetch(node, leases, { metadata, waitMs }).finally(() => {
        this.#busyNodes.delete(node);
        void this.#pump();
      });
    }
  }

  async #fetch(node: number, leases: readonly PartitionLease[], { metadata, waitMs }: FetchSettings): Promise<void> {
    const { link } = this.#options;
    try {
      const usesIds = (await link.versionOf('Fetch')) >= topicIdsSince;
      const idOf = (topic: string) => (usesIds ? (metadata.topics.get(topic)?.id ?? '') : topic);
      const asked = new Map(leases.map((lease) => [`${idOf(lease.topic)}:${lease.partition}`, lease]));
      const limits = [waitMs, 1, maxAnswerBytes, readCommitted] as const;
      const request = requestOf(leases, idOf);
      const answer = await link
        .request('Fetch', node, [...limits, noSession.id, noSession.epoch, request, [], ''])
        .catch(answerWithErrors);
      for (const { topicId, partitions } of answer.responses) {
        for (const each of partitions) await this.#accept(asked.get(`${topicId}:${each.partitionIndex}`), each);
      }
    } catch (error) {
      if (this.#closed) return;
      this.#isStale = true;
      this.#options.onInterruption(error);
      await delay(retryDelayMs);
    }
  }

  async #accept(lease: PartitionLease | undefined, fetched: FetchedPartition): Promise<void> {
    if (!lease?.isHeld) return;
    if (fetched.errorCode === outOfRange) {
      lease.seek(await this.#options.onOutOfRange(lease));
    } else if (fetched.errorCode !== 0) {
      // Mostly a leader that moved: the next request goes where the metadata says by then.
      this.#isStale = true;
      await delay(shortWaitMs);
    } else if (fetched.records && fetched.records.length > 0) {
      this.#receive(lease, fetched.records, fetched);
    }
  }

  #receive(lease: PartitionLease, batches: readonly RecordsBatch[], { abortedTransactions }: FetchedPartition): void {
    const last = batches.at(-1);
    if (!last) return;
    const next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
    lease.receive(committedBatches(batches, abortedTransactions ?? []), next);
    this.#waiting?.();
  }
}

interface FetchSettings {
  metadata: ClusterMetadata;
  waitMs: number;
}

/** Partitions by the broker that leads them; −1: none does. */
function byLeader(leases: readonly PartitionLease[], { topics }: ClusterMetadata): Map<number, PartitionLease[]> {
  return Map.groupBy(leases, ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
}

function requestOf(leases: readonly PartitionLease[], idOf: (topic: string) => string) {
  const topics = Map.groupBy(leases, ({ topic }) => topic);
  return [...topics].map(([topic, each]) => ({
    topicId: idOf(topic),
    partitions: each.map(({ partition, fetchOffset }) => ({
      partition,
      fetchOffset,
      partitionMaxBytes: maxAnswerBytes,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    })),
  }));
}

/** An answer in which single partitions are refused is one all the same. */
function answerWithErrors(error: unknown): fetchV17.FetchResponse {
  if (
    error instanceof Error &&
    'response' in error &&
    error.response &&
    !hasKafkaError(error, 'FETCH_SESSION_ID_NOT_FOUND')
  ) {
    return error.response as fetchV17.FetchResponse;
  }
  throw error;
}
