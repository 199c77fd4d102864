import { describeTopic, offsetsAtTime } from '../../stage/kafka-admin.ts';
import type { StartFrom } from '../../stage/record-consumer.ts';
import type { IncomingRecord } from '../../topics/record.ts';

/** Knows when everything that was in a topic at the start has been read. */
export class EndOfTopic {
  /** Partitions that still have something to come: offset after the last record. */
  readonly #ends: Map<number, bigint>;

  constructor(ends: Map<number, bigint>) {
    this.#ends = ends;
  }

  get isReached(): boolean {
    return this.#ends.size === 0;
  }

  saw({ partition, offset }: Pick<IncomingRecord, 'partition' | 'offset'>): void {
    const end = this.#ends.get(partition);
    if (end !== undefined && offset + 1n >= end) this.#ends.delete(partition);
  }
}

interface Asked {
  brokers: readonly string[];
  clientId: string;
  topic: string;
}

/** @throws BROKER_UNREACHABLE */
export async function findEndOfTopic(asked: Asked, from: StartFrom): Promise<EndOfTopic> {
  if (from === 'end') return new EndOfTopic(new Map());
  const { partitions } = await describeTopic(asked);
  const byTime = typeof from === 'object' && 'timestampMs' in from;
  const starts = byTime ? await offsetsAtTime({ ...asked, timestampMs: from.timestampMs }) : undefined;
  const least = typeof from === 'object' && 'offset' in from ? from.offset : 0n;
  const ends = partitions.flatMap(({ partition, logStartOffset, logEndOffset }): [number, bigint][] => {
    const start = starts?.get(partition) ?? (least > logStartOffset ? least : logStartOffset);
    return start < logEndOffset ? [[partition, logEndOffset]] : [];
  });
  return new EndOfTopic(new Map(ends));
}
