/** One appended batch of a producer, remembered to recognise it when it is sent again. */
export interface RememberedBatch {
  firstSequence: number;
  lastSequence: number;
  lastOffset: bigint;
  /** Last offset − first offset. */
  offsetDelta: number;
  timestampMs: bigint;
}

/** What a log knows about one producer. */
export interface ProducerEntry {
  producerId: bigint;
  /** −1 when only a transaction marker without an epoch has been seen; never in practice. */
  producerEpoch: number;
  /** Epoch of the transaction coordinator that wrote the last marker; −1 before the first. */
  coordinatorEpoch: number;
  /** Largest timestamp of the last batch or marker. */
  lastTimestampMs: bigint;
  /** First offset of the transaction that is open. */
  transactionFirstOffset: bigint | undefined;
  /** Oldest first; at most five. All of the current producer epoch. */
  batches: RememberedBatch[];
}

export const rememberedBatches = 5;

export function newProducerEntry(producerId: bigint): ProducerEntry {
  return {
    producerId,
    producerEpoch: -1,
    coordinatorEpoch: -1,
    lastTimestampMs: -1n,
    transactionFirstOffset: undefined,
    batches: [],
  };
}

/** Sequence number of the producer's last record in its current epoch, −1 without any. */
export function lastSequence(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? -1;
}

/** True when `next` is the sequence number that comes after `last`; they wrap from 2³¹ − 1 to 0. */
export function isNextSequence(last: number, next: number): boolean {
  return next === last + 1 || (next === 0 && last === 0x7fffffff);
}
