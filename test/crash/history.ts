/**
 * What clients of a broker did and saw, in the order in which they learned it.
 *
 * Every value is written once at most: it names its write. A partition is named by any text, for example `topic/0`.
 */
export type HistoryEvent = Send | Transaction | Poll | Assigned | ReadToEnd | Committed | CommittedSeen;

/** `failed` means that the broker refused it; `unknown` that no answer came, so it may be there or not. */
export type Outcome = 'acknowledged' | 'failed' | 'unknown';

export interface Send {
  kind: 'send';
  client: string;
  partition: string;
  value: string;
  outcome: Outcome;
  /** Of an acknowledged write. */
  offset?: bigint;
  /** The write counts only when this transaction commits. */
  transaction?: string;
  /** The record that this one was made of; the transaction also commits the group's offset after it. */
  source?: Source;
}

export interface Source {
  group: string;
  partition: string;
  offset: bigint;
}

export interface Transaction {
  kind: 'transaction';
  id: string;
  outcome: 'committed' | 'aborted' | 'unknown';
}

/** Records that a reader was given, in the order it was given them. */
export interface Poll {
  kind: 'poll';
  client: string;
  /** The reader also takes records of transactions that are open or aborted; left out: committed records only. */
  isUncommitted?: boolean;
  partition: string;
  records: readonly { offset: bigint; value: string }[];
}

/** The client's place changed: its next poll may begin anywhere. */
export interface Assigned {
  kind: 'assigned';
  client: string;
}

/** Everything that the partition holds at this moment has been polled, and nobody writes any more. */
export interface ReadToEnd {
  kind: 'readToEnd';
  partition: string;
}

/** A group's offset was stored and acknowledged. */
export interface Committed {
  kind: 'committed';
  group: string;
  partition: string;
  offset: bigint;
}

/** The broker named a group's offset. */
export interface CommittedSeen {
  kind: 'committedSeen';
  group: string;
  partition: string;
  offset: bigint;
  /** How many events the history had when the broker was asked. */
  askedAt: number;
}
