import type { ErrorName } from '../../wire/error-codes.ts';
import type { TransactionStatus } from '../../wire/transaction-log.ts';

/** Producer epochs are int16; the last one is kept for fencing. */
const lastProducerEpoch = 2 ** 15 - 2;

export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
}

export interface PartitionName {
  topic: string;
  partition: number;
}

/** What a failed write takes back. */
type TransactionState = Pick<
  Transaction,
  'producerId' | 'producerEpoch' | 'previous' | 'timeoutMs' | 'status' | 'startedMs' | 'updatedMs'
> & { partitions: PartitionName[] };

/** The state of one transactional id; owned by the transaction coordinator. */
export class Transaction {
  readonly transactionalId: string;
  producerId: bigint;
  producerEpoch: number;
  /** What the last InitProducerId claimed to be: tells a repeated one from that of a fenced producer. */
  previous: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };
  timeoutMs: number;
  status: TransactionStatus = 'Empty';
  /** Wall clock; −1 when none is open. */
  startedMs = -1;
  updatedMs: number;
  readonly #partitions = new Map<string, Set<number>>();
  /** The partitions of which the disk knows that they belong to the transaction: `topic-partition`. */
  readonly #joined = new Set<string>();
  #appended: TransactionState | undefined;

  constructor(transactionalId: string, producer: ProducerIdentity, options: { timeoutMs: number; nowMs: number }) {
    this.transactionalId = transactionalId;
    this.producerId = producer.producerId;
    this.producerEpoch = producer.producerEpoch;
    this.timeoutMs = options.timeoutMs;
    this.updatedMs = options.nowMs;
  }

  get isCompleting(): boolean {
    return this.status === 'PrepareCommit' || this.status === 'PrepareAbort';
  }

  get hasUsedUpEpochs(): boolean {
    return this.producerEpoch >= lastProducerEpoch;
  }

  /** Whether records may be written to the partition: what ends them must be known after any crash. */
  hasJoined(partition: PartitionName): boolean {
    return this.#joined.has(nameOf(partition));
  }

  /** The disk has what `add` said, in the transaction that began at `startedMs`. */
  join(partitions: Iterable<PartitionName>, startedMs: number): void {
    if (this.status !== 'Ongoing' || this.startedMs !== startedMs) return;
    for (const partition of partitions) this.#joined.add(nameOf(partition));
  }

  /** Opens a transaction. Its time of begin is like no other's under this producer id and epoch, whatever the clock does. */
  begin(nowMs: number): void {
    this.clearPartitions();
    this.status = 'Ongoing';
    this.startedMs = Math.max(nowMs, this.startedMs + 1);
  }

  add({ topic, partition }: PartitionName): void {
    const partitions = this.#partitions.get(topic) ?? new Set<number>();
    this.#partitions.set(topic, partitions.add(partition));
  }

  clearPartitions(): void {
    this.#partitions.clear();
    this.#joined.clear();
  }

  /** The partitions written to, by topic. */
  topics(): { topic: string; partitionIds: number[] }[] {
    return [...this.#partitions].map(([topic, ids]) => ({ topic, partitionIds: [...ids].sort((a, b) => a - b) }));
  }

  *partitions(): Generator<PartitionName> {
    for (const [topic, ids] of this.#partitions) for (const partition of ids) yield { topic, partition };
  }

  /** Whether a request comes from the producer that owns the transactional id now. */
  check({ producerId, producerEpoch }: ProducerIdentity): ErrorName {
    if (producerId !== this.producerId) return 'INVALID_PRODUCER_ID_MAPPING';
    return producerEpoch === this.producerEpoch ? 'NONE' : 'PRODUCER_FENCED';
  }

  /** Notes that the state as it is now is in the log: whatever comes later comes after it, on the disk too. */
  confirm(): void {
    const { producerId, producerEpoch, previous, timeoutMs, status, startedMs, updatedMs } = this;
    const partitions = [...this.partitions()];
    this.#appended = { producerId, producerEpoch, previous, timeoutMs, status, startedMs, updatedMs, partitions };
  }

  /** Goes back to what is in the log: a step that could not be stored has not happened, in memory either. */
  revert(): void {
    if (this.#appended === undefined) return;
    const { partitions, ...state } = this.#appended;
    const joined = [...this.#joined];
    Object.assign(this, state);
    this.clearPartitions();
    for (const partition of partitions) this.add(partition);
    for (const name of joined) this.#joined.add(name);
  }

  raiseEpoch(): void {
    this.producerEpoch++;
  }
}

function nameOf({ topic, partition }: PartitionName): string {
  return `${topic}-${partition}`;
}
