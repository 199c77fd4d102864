import { batchAt, type RecordBatch } from '../wire/record-batch.ts';
import type { Fetched, RawFetcher } from './raw-fetcher.ts';

/** The part of a partition that is recounted: offsets from `start` to before `end`. */
export interface PartitionWindow {
  topic: string;
  partition: number;
  /** Moves on when retention removes records while they are being read. */
  start: number;
  end: number;
  /** Records before `start` are gone, or are not to be counted. */
  isCutOff: boolean;
}

export type BatchReader = Pick<RawFetcher, 'fetch'>;

/** So long an open transaction may keep its records and all behind them from being read. */
const openTransactionPatienceMs = 90_000;

/**
 * Calls `onBatch` for each batch of the window whose records are committed, in order, and waits for what it returns; control batches and those of
 * aborted transactions are left out. While one fetch is looked at the next is under way.
 *
 * @returns the offset up to which was read: less than the window's end only when a transaction stays open
 * @throws BROKER_UNREACHABLE
 */
export async function readCommittedBatches(
  reader: BatchReader,
  window: PartitionWindow,
  onBatch: (batch: RecordBatch) => void | Promise<void>,
): Promise<number> {
  const { topic, partition } = window;
  const aborted = new AbortedTransactions();
  let offset = window.start;
  let waitsSinceMs = performance.now();
  let pending = offset < window.end ? reader.fetch(topic, partition, offset) : undefined;
  while (pending && offset < window.end) {
    const fetched: Fetched = await pending;
    if (fetched.isOutOfRange) {
      offset = jumpToStart(window, offset, fetched.logStartOffset);
      pending = reader.fetch(topic, partition, offset);
      continue;
    }
    const batches = wholeBatches(fetched.records);
    const next = Number(batches.at(-1)?.lastOffset ?? BigInt(offset - 1)) + 1;
    if (next > offset) waitsSinceMs = performance.now();
    else if (performance.now() - waitsSinceMs > openTransactionPatienceMs) return offset;
    pending = next < window.end ? reader.fetch(topic, partition, next) : undefined;
    // A request that fails while batches are looked at is heard when it is awaited.
    pending?.catch(() => {});
    aborted.add(fetched.aborted);
    for (const batch of batches) {
      if (!batch.isControl && !aborted.has(batch)) await onBatch(batch);
      else if (batch.isControl) aborted.ended(batch);
    }
    offset = next;
  }
  return Math.max(offset, window.start);
}

/** Retention was quicker: what it removed is not counted. */
function jumpToStart(window: PartitionWindow, offset: number, logStartOffset: number): number {
  const start = logStartOffset > offset ? logStartOffset : window.end;
  window.start = start;
  window.isCutOff = true;
  return start;
}

function wholeBatches(records: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let position = 0;
  for (;;) {
    const found = batchAt(records, position);
    if (found.kind !== 'batch') return batches;
    batches.push(found.batch);
    position = found.batch.endPosition;
  }
}

/** Which producers are inside a transaction that was aborted, as Kafka's consumers work it out. */
class AbortedTransactions {
  #waiting: Fetched['aborted'] = [];
  readonly #open = new Set<bigint>();

  add(transactions: Fetched['aborted']): void {
    if (transactions.length === 0) return;
    this.#waiting = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  has(batch: RecordBatch): boolean {
    if (!batch.isTransactional) return false;
    while (this.#waiting[0] && BigInt(this.#waiting[0].firstOffset) <= batch.lastOffset) {
      const begun = this.#waiting.shift();
      if (begun) this.#open.add(begun.producerId);
    }
    return this.#open.has(batch.producerId);
  }

  /** A commit can only follow the abort of the same producer's transaction before it, whose marker stands before it. */
  ended(marker: RecordBatch): void {
    this.#open.delete(marker.producerId);
  }
}
