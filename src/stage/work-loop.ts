import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import type { RunningPart } from './part.ts';

export interface WorkLoopOptions {
  brokers: readonly string[];
  clientId: string;
  groupId: string;
  topics: readonly string[];
  /** Records worked on at once; reading ahead is bounded by it. May be changed while running. */
  concurrency: () => number;
  /**
   * Turns one record into the records to publish for it. Must not throw for bad input (make a result that says so);
   * a throw ends the loop, and the record is read again after a restart.
   */
  work(record: IncomingRecord): Promise<readonly OutgoingRecord[]>;
}

/**
 * Consume → work → produce, at least once: a record's offset is committed only after everything made from it and from
 * all records before it in its partition has been acknowledged.
 */
export async function startWorkLoop(_options: WorkLoopOptions): Promise<RunningPart> {
  throw new Error('being written');
}
