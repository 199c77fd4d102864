import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import type { FetchRequest, FetchResponse } from '../../wire/messages/01-fetch.ts';
import type { RequestContext } from '../handler.ts';
import { checkLeaderEpoch, findPartition, findTopic } from '../handlers/partition-lookup.ts';
import type { Partition } from '../metadata/topic.ts';

type TopicAnswer = FetchResponse['responses'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];
type WantedPartition = FetchRequest['topics'][number]['partitions'][number];

interface Wanted {
  request: WantedPartition;
  target: Partition | ErrorName;
}

export interface Found {
  responses: TopicAnswer[];
  sizeBytes: number;
  /** The partitions to wait for. */
  partitions: Partition[];
  /** Something that the client has to learn at once. */
  isFinal: boolean;
}

const readCommitted = 1;
/** Reads what one Fetch request asks for, as often as needed while it waits. */
export class FetchReader {
  readonly #request: FetchRequest;
  readonly #context: RequestContext;

  constructor(request: FetchRequest, context: RequestContext) {
    this.#request = request;
    this.#context = context;
  }

  read(): Found {
    const topics = this.#request.topics.map((topic) => this.#lookUp(topic));
    const answers = new Map<Wanted, PartitionAnswer>();
    const found: Found = { responses: [], sizeBytes: 0, partitions: [], isFinal: false };
    for (const wanted of rotated(
      topics.flatMap((topic) => topic.wanted),
      this.#context.broker.fetches.nextRotation(),
    ))
      answers.set(wanted, this.#answer(wanted, found));
    found.responses = topics.map(({ topic, topicId, wanted }) => ({
      topic,
      topicId,
      partitions: wanted.flatMap((each) => answers.get(each) ?? []),
    }));
    if (topics.length === 0) found.isFinal = true;
    return found;
  }

  #lookUp({ topic, topicId, partitions }: FetchRequest['topics'][number]) {
    const target = findTopic(this.#context.broker.topics, { name: topic, topicId });
    const wanted = partitions.map((request): Wanted => ({ request, target: findPartition(target, request.partition) }));
    return { topic, topicId, wanted };
  }

  #answer({ request, target }: Wanted, found: Found): PartitionAnswer {
    const { leaderEpoch } = this.#context.broker;
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

function rotated<T>(list: T[], rotation: number): T[] {
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
