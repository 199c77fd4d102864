import { errorCode } from '../../wire/error-codes.ts';
import type { FetchRequest, FetchResponse } from '../../wire/messages/01-fetch.ts';

export type WantedPartition = FetchRequest['topics'][number]['partitions'][number];
export type PartitionAnswer = FetchResponse['responses'][number]['partitions'][number];

/** A partition that is fetched from, as the request names it: by topic name up to version 12, by topic id from 13 on. */
export interface Wanted {
  topic: string;
  topicId: string;
  request: WantedPartition;
}

interface SessionPartition {
  wanted: Wanted;
  /** What the client was last told; −1 when it must be told again. */
  highWatermark: bigint;
  logStartOffset: bigint;
}

/**
 * What a fetching client need not repeat: the partitions it reads, and what it was told about each.
 *
 * The epoch counts the requests: a client that sends another one than expected has missed an answer, and begins anew.
 */
export class FetchSession {
  readonly id: number;
  readonly createdMs: number;
  /** Whether topics are named by id; a session cannot change from one to the other. */
  readonly usesTopicIds: boolean;
  /** Of the next request. */
  nextEpoch = 1;
  readonly #partitions = new Map<string, SessionPartition>();

  constructor(options: { id: number; nowMs: number; usesTopicIds: boolean; wanted: readonly Wanted[] }) {
    this.id = options.id;
    this.createdMs = options.nowMs;
    this.usesTopicIds = options.usesTopicIds;
    this.update(options.wanted, []);
  }

  get size(): number {
    return this.#partitions.size;
  }

  /** All partitions of the session, in the order in which they came. */
  wanted(): Wanted[] {
    return Array.from(this.#partitions.values(), ({ wanted }) => wanted);
  }

  /** Takes over what a request adds, changes and drops. */
  update(changed: readonly Wanted[], forgotten: FetchRequest['forgottenTopicsData']): void {
    for (const wanted of changed) {
      const key = keyOf(wanted, wanted.request.partition);
      const known = this.#partitions.get(key);
      if (known !== undefined) known.wanted = wanted;
      else this.#partitions.set(key, { wanted, highWatermark: -1n, logStartOffset: -1n });
    }
    for (const topic of forgotten) {
      for (const partition of topic.partitions) this.#partitions.delete(keyOf(topic, partition));
    }
  }

  advance(): void {
    this.nextEpoch = epochAfter(this.nextEpoch);
  }

  /** Notes what the client is told about a partition. @returns whether there is anything new in it */
  note(wanted: Wanted, answer: PartitionAnswer): boolean {
    const known = this.#partitions.get(keyOf(wanted, answer.partitionIndex));
    if (known === undefined) return true;
    const { highWatermark, logStartOffset = -1n } = answer;
    const isFailed = answer.errorCode !== errorCode.NONE;
    const isNew =
      isFailed ||
      (answer.records?.length ?? 0) > 0 ||
      highWatermark !== known.highWatermark ||
      logStartOffset !== known.logStartOffset;
    // After an error the next answer is told even when nothing else has changed: that the error is gone.
    known.highWatermark = isFailed ? -1n : highWatermark;
    known.logStartOffset = logStartOffset;
    return isNew;
  }
}

/** Epochs begin at 1 and never become 0 (a new session) or −1 (none) again. */
export function epochAfter(epoch: number): number {
  return epoch === 0x7fffffff ? 1 : epoch + 1;
}

function keyOf({ topic, topicId }: Pick<Wanted, 'topic' | 'topicId'>, partition: number): string {
  return `${topic}/${topicId}/${partition}`;
}
