import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import type { TopicPartition } from './kafka/sticky-assignment.ts';
import type { GroupConsumer } from './record-consumer.ts';
import type { WorkEntry, WorkInHand } from './work-in-hand.ts';

/** How results and offsets reach the log: together or not at all, or results first. */
export const deliveries = ['exactly-once', 'at-least-once'] as const;
export type DeliveryKind = (typeof deliveries)[number];

/** Carries what the work has made to the log, and commits the offsets of what it was made from. */
export interface Delivery {
  /** Entries that are finished and whose results the broker has not acknowledged. */
  readonly waiting: number;
  /** Work on a record begins. */
  begun(entry: WorkEntry): void;
  /** Work on a record has ended. With a backlog it may wait for company. */
  finished(entry: WorkEntry, backlog: { hasBacklog: boolean }): void;
  /** Nothing needs to wait for company any longer. */
  flush(): void;
  /** Sends and commits all that is finished. */
  settle(): Promise<void>;
  /** Gives up what is not settled: it is read again. */
  close(): Promise<void>;
}

export interface DeliveryOptions {
  brokers: readonly string[];
  clientId: string;
  groupId: string;
  groupInstanceId?: string;
  consumer: GroupConsumer;
  work: WorkInHand;
  /** Where the results of a record will go, as far as that is known before the work is done; lets a transaction open early. */
  targets?: (record: IncomingRecord) => readonly TopicPartition[];
  /** What is written for entries whose offsets go to the log together; left out: what was made from each of them. */
  gather?: (entries: readonly WorkEntry[]) => OutgoingRecord[];
  /** Called whenever `waiting` has become less. */
  onSettled: () => void;
  onFailure: (error: unknown) => void;
  onInterruption: (error: unknown) => void;
}

export function recordsMade(
  entries: readonly WorkEntry[],
  { gather = withMade }: Pick<DeliveryOptions, 'gather'>,
): OutgoingRecord[] {
  return gather(entries);
}

function withMade(entries: readonly WorkEntry[]): OutgoingRecord[] {
  return entries.flatMap(({ made = [] }) => made);
}
