import type { IncomingRecord } from '../topics/record.ts';

/** Where a reader starts: `committed` goes on from the group's offsets, or from the beginning when it has none. */
export type StartFrom = 'committed' | 'beginning' | 'end' | { timestampMs: number };

export interface ConsumerOptions {
  brokers: readonly string[];
  clientId: string;
  topics: readonly string[];
  /** Given: a member of this consumer group. Left out: a reader of its own that reads every partition and commits nothing. */
  groupId?: string;
  from: StartFrom;
}

/** Records in the order of each partition; iterating applies back-pressure to the broker. */
export interface RecordConsumer extends AsyncIterable<IncomingRecord> {
  /** Commits "processed up to and including" for each record given (the highest of each partition counts). */
  commit(records: readonly Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>[]): Promise<void>;
  close(): Promise<void>;
}

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openRecordConsumer(_options: ConsumerOptions): Promise<RecordConsumer> {
  throw new Error('being written');
}
