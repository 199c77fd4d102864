import type { TransactionEnd } from '../wire/control-record.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import type { AppendError } from './outcomes.ts';
import type { RememberedBatch } from './producer-entry.ts';
import {
  isNextSequence,
  lastSequence,
  newProducerEntry,
  type ProducerEntry,
  rememberedBatches,
} from './producer-entry.ts';

/** A transaction that a marker ended. */
export interface CompletedTransaction {
  producerId: bigint;
  firstOffset: bigint;
  /** Offset of the marker. */
  lastOffset: bigint;
  isAborted: boolean;
}

export type Verdict =
  | { kind: 'accept' }
  | { kind: 'duplicate'; batch: RememberedBatch }
  | { kind: 'refuse'; error: AppendError; message: string };

const accept: Verdict = { kind: 'accept' };

/**
 * Producers of one log: sequence numbers, epochs and open transactions. A pure state machine: `check…` says whether a
 * batch may be appended, `apply…` takes over one that was. The rules are Apache Kafka's (ProducerAppendInfo).
 */
export class ProducerState {
  readonly #entries = new Map<bigint, ProducerEntry>();
  /** Open transactions: producer id → first offset. Insertion order is offset order. */
  readonly #open = new Map<bigint, bigint>();
  /** Ended, but with a marker that is not yet below the high watermark; in the order of their first offsets. */
  #ended: CompletedTransaction[] = [];

  get entries(): ReadonlyMap<bigint, ProducerEntry> {
    return this.#entries;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** First offset that belongs to a transaction without a durable end. */
  get firstUnstableOffset(): bigint | undefined {
    const open = this.#open.values().next();
    const ended = this.#ended[0]?.firstOffset;
    if (open.done) return ended;
    return ended === undefined || open.value < ended ? open.value : ended;
  }

  /**
   * May a client's data batch be appended?
   *
   * @param checkSequence off for batches of the group coordinator, which carry no sequence numbers
   */
  check(batch: RecordBatch, checkSequence: boolean): Verdict {
    const { producerId, producerEpoch } = batch;
    const entry = this.#entries.get(producerId);
    if (!entry) return accept;
    const duplicate = checkSequence ? findDuplicate(entry, batch) : undefined;
    if (duplicate) return { kind: 'duplicate', batch: duplicate };
    if (producerEpoch < entry.producerEpoch) return staleEpoch(entry, producerEpoch);
    const sequence = checkSequence ? sequenceProblem(entry, producerEpoch, batch.baseSequence) : undefined;
    if (sequence !== undefined) return { kind: 'refuse', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message: sequence };
    if (entry.transactionFirstOffset === undefined || batch.isTransactional) return accept;
    const message = `producer ${producerId} has a transaction open and sent a batch outside of it`;
    return { kind: 'refuse', error: 'INVALID_TXN_STATE', message };
  }

  /** May a transaction marker be appended? */
  checkMarker(batch: RecordBatch, marker: TransactionEnd): Verdict {
    const entry = this.#entries.get(batch.producerId);
    if (!entry) return accept;
    if (batch.producerEpoch < entry.producerEpoch) return staleEpoch(entry, batch.producerEpoch);
    if (marker.coordinatorEpoch >= entry.coordinatorEpoch) return accept;
    const message = `a marker of coordinator epoch ${marker.coordinatorEpoch} after one of ${entry.coordinatorEpoch}`;
    return { kind: 'refuse', error: 'TRANSACTION_COORDINATOR_FENCED', message };
  }

  /** Takes over an appended data batch that carries a producer id. */
  apply(batch: RecordBatch): void {
    const entry = this.#entryFor(batch.producerId);
    this.#enterEpoch(entry, batch.producerEpoch);
    entry.lastTimestampMs = batch.maxTimestamp;
    entry.batches.push({
      firstSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      lastOffset: batch.lastOffset,
      offsetDelta: batch.lastOffsetDelta,
      timestampMs: batch.maxTimestamp,
    });
    if (entry.batches.length > rememberedBatches) entry.batches.shift();
    if (!batch.isTransactional || entry.transactionFirstOffset !== undefined) return;
    entry.transactionFirstOffset = batch.baseOffset;
    this.#open.set(batch.producerId, batch.baseOffset);
  }

  /** Takes over an appended marker. @returns the transaction it ended, if one was open in this log */
  applyMarker(batch: RecordBatch, marker: TransactionEnd): CompletedTransaction | undefined {
    const entry = this.#entryFor(batch.producerId);
    this.#enterEpoch(entry, batch.producerEpoch);
    entry.coordinatorEpoch = marker.coordinatorEpoch;
    entry.lastTimestampMs = batch.maxTimestamp;
    const firstOffset = entry.transactionFirstOffset;
    if (firstOffset === undefined) return undefined;
    entry.transactionFirstOffset = undefined;
    this.#open.delete(batch.producerId);
    const isAborted = marker.result === 'abort';
    const completed = { producerId: batch.producerId, firstOffset, lastOffset: batch.lastOffset, isAborted };
    this.#ended.push(completed);
    this.#ended.sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
    return completed;
  }

  /** Forgets ended transactions whose markers lie below the high watermark. */
  advance(highWatermark: bigint): void {
    if (this.#ended.length > 0) this.#ended = this.#ended.filter((each) => each.lastOffset >= highWatermark);
  }

  /** The last stable offset once `completed` is durable, as the transaction index records it. */
  stableOffsetAfter(completed: CompletedTransaction): bigint {
    const open = this.#open.values().next();
    return open.done ? completed.lastOffset + 1n : open.value;
  }

  /** Takes over an entry of a snapshot. */
  restore(entry: ProducerEntry): void {
    this.#entries.set(entry.producerId, entry);
    if (entry.transactionFirstOffset !== undefined) this.#open.set(entry.producerId, entry.transactionFirstOffset);
  }

  /** Call after the last `restore`: snapshots do not keep the order of transactions. */
  finishRestore(): void {
    const inOrder = [...this.#open].sort(([, a], [, b]) => (a < b ? -1 : 1));
    this.#open.clear();
    for (const [producerId, firstOffset] of inOrder) this.#open.set(producerId, firstOffset);
  }

  clear(): void {
    this.#entries.clear();
    this.#open.clear();
    this.#ended = [];
  }

  /**
   * Forgets producers that have been silent for `silenceMs` and have no transaction open. Where the time of a producer's last
   * batch is not known, its silence begins now.
   */
  expire(nowMs: number, silenceMs: number): void {
    const oldest = BigInt(nowMs - silenceMs);
    for (const [producerId, entry] of this.#entries) {
      if (entry.transactionFirstOffset !== undefined || entry.lastTimestampMs >= oldest) continue;
      if (entry.lastTimestampMs < 0n) entry.lastTimestampMs = BigInt(nowMs);
      else this.#entries.delete(producerId);
    }
  }

  #entryFor(producerId: bigint): ProducerEntry {
    const found = this.#entries.get(producerId);
    if (found) return found;
    const made = newProducerEntry(producerId);
    this.#entries.set(producerId, made);
    return made;
  }

  #enterEpoch(entry: ProducerEntry, producerEpoch: number): void {
    if (entry.producerEpoch === producerEpoch) return;
    entry.producerEpoch = producerEpoch;
    entry.batches = [];
  }
}

function findDuplicate(entry: ProducerEntry, batch: RecordBatch): RememberedBatch | undefined {
  if (entry.producerEpoch !== batch.producerEpoch) return undefined;
  const { baseSequence, lastSequence } = batch;
  return entry.batches.find((each) => each.firstSequence === baseSequence && each.lastSequence === lastSequence);
}

function sequenceProblem(entry: ProducerEntry, producerEpoch: number, sequence: number): string | undefined {
  if (producerEpoch === entry.producerEpoch) {
    const last = lastSequence(entry);
    if (isNextSequence(last, sequence)) return undefined;
    return `producer ${entry.producerId} sent sequence number ${sequence} after ${last}`;
  }
  if (sequence === 0 || entry.producerEpoch === -1) return undefined;
  return `producer ${entry.producerId} began producer epoch ${producerEpoch} with sequence number ${sequence}, not 0`;
}

function staleEpoch(entry: ProducerEntry, producerEpoch: number): Verdict {
  const message = `producer ${entry.producerId} sent producer epoch ${producerEpoch} after ${entry.producerEpoch}`;
  return { kind: 'refuse', error: 'INVALID_PRODUCER_EPOCH', message };
}
