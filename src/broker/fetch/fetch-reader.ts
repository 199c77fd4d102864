import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import type { FetchRequest } from '../../wire/messages/01-fetch.ts';
import type { RequestContext } from '../handler.ts';
import { checkLeaderEpoch, findPartition, findTopic } from '../handlers/partition-lookup.ts';
import type { Partition } from '../metadata/topic.ts';
import type { PartitionAnswer, Wanted, WantedPartition } from './fetch-session.ts';
import type { Answered } from './fetch-sessions.ts';

export interface Found {
  /** For each partition, in the order of `wanted`. */
  answered: Answered[];
  sizeBytes: number;
  /** The partitions to wait for. */
  partitions: Partition[];
  /** Something that the client has to learn at once. */
  isFinal: boolean;
}

const readCommitted = 1;

/** Reads what one Fetch request wants, as often as needed while it waits. */
export class FetchReader {
  readonly #wanted: readonly Wanted[];
  readonly #request: FetchRequest;
  readonly #context: RequestContext;

  constructor(wanted: readonly Wanted[], request: FetchRequest, context: RequestContext) {
    this.#wanted = wanted;
    this.#request = request;
    this.#context = context;
  }

  read(): Found {
    const found: Found = { answered: [], sizeBytes: 0, partitions: [], isFinal: this.#wanted.length === 0 };
    const answers = new Map<Wanted, PartitionAnswer>();
    const rotation = this.#context.broker.fetches.nextRotation();
    for (const wanted of rotated(this.#wanted, rotation)) answers.set(wanted, this.#answer(wanted, found));
    found.answered = this.#wanted.flatMap((wanted) => {
      const answer = answers.get(wanted);
      return answer === undefined ? [] : [{ wanted, answer }];
    });
    return found;
  }

  #answer({ topic, topicId, request }: Wanted, found: Found): PartitionAnswer {
    const { topics, leaderEpoch } = this.#context.broker;
    const target = findPartition(findTopic(topics, { name: topic, topicId }), request.partition);
    const error = typeof target === 'string' ? target : checkLeaderEpoch(request.currentLeaderEpoch, leaderEpoch);
    if (typeof target !== 'string' && error === 'NONE') return this.#records(target, request, found);
    found.isFinal = true;
    return failed(request.partition, error);
  }

  #records(partition: Partition, request: WantedPartition, found: Found): PartitionAnswer {
    found.partitions.push(partition);
    const left =
      Math.min(this.#request.maxBytes, this.#context.broker.settings.number('fetch.max.bytes')) - found.sizeBytes;
    const isCommitted = this.#request.isolationLevel === readCommitted;
    const outcome = partition.log.read(request.fetchOffset, Math.max(0, Math.min(left, request.partitionMaxBytes)), {
      minOneBatch: found.sizeBytes === 0,
      upTo: isCommitted ? 'lastStableOffset' : 'highWatermark',
    });
    const { highWatermark, lastStableOffset, logStartOffset } = outcome;
    const offsets = { highWatermark, lastStableOffset, logStartOffset };
    if (!outcome.ok) {
      found.isFinal = true;
      return { ...failed(request.partition, outcome.error), ...offsets };
    }
    found.sizeBytes += outcome.sizeBytes;
    const abortedTransactions = isCommitted ? (outcome.aborted ?? []) : null;
    const records = outcome.buffers;
    return { partitionIndex: request.partition, errorCode: errorCode.NONE, ...offsets, abortedTransactions, records };
  }
}

function rotated<T>(list: readonly T[], rotation: number): readonly T[] {
  if (list.length < 2) return list;
  const first = rotation % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

function failed(partitionIndex: number, error: ErrorName): PartitionAnswer {
  return {
    partitionIndex,
    errorCode: errorCode[error],
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    abortedTransactions: null,
    records: Buffer.alloc(0),
  };
}
