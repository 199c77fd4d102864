import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { ErrorName } from '../../wire/error-codes.ts';
import type { BrokerSettings } from '../configs/broker-settings.ts';
import type { Deadline, DeadlineQueue } from '../deadline-queue.ts';
import type { ProducerIds } from '../producer-ids.ts';
import type { StateTopic } from '../state/state-topic.ts';
import { isStorageTrouble, tellStorageTrouble } from '../storage-trouble.ts';
import { type PartitionName, type ProducerIdentity, Transaction } from './transaction.ts';
import type { TransactionMarkers, TransactionResult } from './transaction-markers.ts';
import { forgottenTransactionRecord, transactionFrom, transactionRecord } from './transaction-records.ts';
import { Turns } from './turns.ts';

export interface InitRequest extends ProducerIdentity {
  transactionalId: string;
  transactionTimeoutMs: number;
}

export type InitOutcome = { error: ErrorName } & ProducerIdentity;

interface Options {
  clock: Clock;
  settings: BrokerSettings;
  deadlines: DeadlineQueue;
  logger: Logger;
  store: StateTopic;
  markers: TransactionMarkers;
  producerIds: ProducerIds;
}

/** What a step came to; `stored` settles when the disk has it, while later steps go on. */
type Stepped<T = object> = { error: ErrorName; stored?: Promise<void> } & T;

const failedInit = { producerId: -1n, producerEpoch: -1 };
const retryMarkersMs = 1000;

/**
 * Runs all transactions: who may write under a transactional id, which partitions belong to the open transaction, and how
 * it ends. Steps of one transactional id happen one after the other, and none is answered before the disk has what would be
 * missed after a power loss. What that is, and why a commit's decision and its markers may reach the disk in any order:
 * docs/decisions/0027-a-commit-is-one-flush.md.
 */
export class TransactionCoordinator {
  readonly #options: Options;
  readonly #transactions = new Map<string, Transaction>();
  readonly #turns = new Turns();
  readonly #deadlines = new Map<string, Deadline>();

  constructor(options: Options) {
    this.#options = options;
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId);
  }

  all(): IterableIterator<Transaction> {
    return this.#transactions.values();
  }

  /** Takes over what is stored: half-ended transactions are ended, open ones get their time-out. */
  async load(): Promise<void> {
    this.#options.store.replay((batch) => {
      if (batch.kind === 'control') return;
      for (const record of batch.records) {
        const { transactionalId, transaction } = transactionFrom(record);
        if (transaction === undefined) this.#transactions.delete(transactionalId);
        else this.#transactions.set(transactionalId, transaction);
        transaction?.confirm();
      }
    });
    for (const transaction of this.#transactions.values()) await this.#takeUp(transaction);
  }

  /** One whose commit has left a marker was decided, with the decision lost: the marker says the same. */
  async #takeUp(transaction: Transaction): Promise<void> {
    if (transaction.status === 'Ongoing' && this.#options.markers.haveCommitted(transaction)) {
      transaction.status = 'PrepareCommit';
      transaction.confirm();
    }
    if (transaction.isCompleting) await this.#complete(transaction);
    if (transaction.status !== 'Ongoing') return;
    transaction.join(transaction.partitions(), transaction.startedMs);
    this.#armTimeout(transaction);
  }

  /** A producer begins: it gets its id with an epoch above all earlier ones, whose open transaction is aborted. */
  init(request: InitRequest): Promise<InitOutcome> {
    const maxTimeoutMs = this.#options.settings.number('transaction.max.timeout.ms');
    if (request.transactionTimeoutMs <= 0 || request.transactionTimeoutMs > maxTimeoutMs) {
      return Promise.resolve({ error: 'INVALID_TRANSACTION_TIMEOUT', ...failedInit });
    }
    return this.#inTurn(request.transactionalId, failedInit, async () => {
      const known = this.#transactions.get(request.transactionalId);
      return known === undefined ? this.#initNew(request) : this.#initKnown(known, request);
    });
  }

  async #initNew({ transactionalId, transactionTimeoutMs }: InitRequest): Promise<InitOutcome> {
    const { producerIds, clock } = this.#options;
    const producer = { producerId: await producerIds.next(), producerEpoch: 0 };
    const options = { timeoutMs: transactionTimeoutMs, nowMs: clock.nowMs() };
    const transaction = new Transaction(transactionalId, producer, options);
    await this.#options.store.ensure();
    await this.#append(transaction);
    this.#transactions.set(transactionalId, transaction);
    return { error: 'NONE', ...producer };
  }

  async #initKnown(transaction: Transaction, request: InitRequest): Promise<InitOutcome> {
    if (transaction.isCompleting) return { error: 'CONCURRENT_TRANSACTIONS', ...failedInit };
    const claim = claimOf(transaction, request);
    if (claim === 'fenced') return { error: 'PRODUCER_FENCED', ...failedInit };
    const { producerId, producerEpoch } = transaction;
    if (claim === 'repeated') return { error: 'NONE', producerId, producerEpoch };
    if (transaction.status === 'Ongoing') {
      transaction.raiseEpoch();
      await this.#end(transaction, 'abort');
      // Decided, with markers still to be written: they are tried again, and so must the client.
      if (transaction.isCompleting) return { error: 'CONCURRENT_TRANSACTIONS', ...failedInit };
    }
    await this.#renew(transaction);
    // Whoever named its id may ask again when the answer is lost. A new producer fences all earlier ones, who must not.
    transaction.previous = { producerId: request.producerId, producerEpoch: request.producerEpoch };
    transaction.timeoutMs = request.transactionTimeoutMs;
    transaction.status = 'Empty';
    transaction.startedMs = -1;
    await this.#append(transaction);
    return { error: 'NONE', producerId: transaction.producerId, producerEpoch: transaction.producerEpoch };
  }

  async #renew(transaction: Transaction): Promise<void> {
    if (!transaction.hasUsedUpEpochs) {
      transaction.raiseEpoch();
      return;
    }
    transaction.producerId = await this.#options.producerIds.next();
    transaction.producerEpoch = 0;
  }

  /** Makes partitions part of the open transaction, opening one when none is. */
  addPartitions(
    transactionalId: string,
    producer: ProducerIdentity,
    partitions: readonly PartitionName[],
  ): Promise<ErrorName> {
    return this.#step(transactionalId, producer, async (transaction) => {
      const isOpen = transaction.status === 'Ongoing';
      if (isOpen && partitions.every((partition) => transaction.hasJoined(partition))) return { error: 'NONE' };
      if (!isOpen) transaction.begin(this.#options.clock.nowMs());
      for (const partition of partitions) transaction.add(partition);
      const { startedMs } = transaction;
      const stored = this.#append(transaction).then(() => transaction.join(partitions, startedMs));
      if (!isOpen) this.#armTimeout(transaction);
      return { error: 'NONE', stored };
    });
  }

  /** Ends the open transaction; answered when its end is visible to readers. A repeated call is answered as the first. */
  end(transactionalId: string, producer: ProducerIdentity, result: TransactionResult): Promise<ErrorName> {
    return this.#step(transactionalId, producer, async (transaction) => {
      const ended = result === 'commit' ? 'CompleteCommit' : 'CompleteAbort';
      if (transaction.status === ended) return { error: 'NONE' };
      if (transaction.status !== 'Ongoing') return { error: 'INVALID_TXN_STATE' };
      await this.#end(transaction, result);
      return { error: 'NONE' };
    });
  }

  /** Whether a transactional write to a partition belongs to the open transaction of its producer. */
  checkWrite(transactionalId: string | null, producer: ProducerIdentity, partition: PartitionName): ErrorName {
    const transaction = transactionalId === null ? undefined : this.#transactions.get(transactionalId);
    if (transaction === undefined) return 'INVALID_PRODUCER_ID_MAPPING';
    const error = transaction.check(producer);
    if (error === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH';
    if (error !== 'NONE') return error;
    return transaction.status === 'Ongoing' && transaction.hasJoined(partition) ? 'NONE' : 'INVALID_TXN_STATE';
  }

  /** Forgets transactional ids that nobody has used for long. */
  async expire(): Promise<void> {
    const { clock, settings, store } = this.#options;
    const oldestMs = clock.nowMs() - settings.number('transactional.id.expiration.ms');
    for (const transaction of [...this.#transactions.values()]) {
      const { transactionalId, updatedMs, status } = transaction;
      if (updatedMs > oldestMs || status === 'Ongoing' || transaction.isCompleting) continue;
      await this.#inTurn(transactionalId, {}, async () => {
        await store.write(transactionalId, [forgottenTransactionRecord(transactionalId)]);
        this.#transactions.delete(transactionalId);
        return { error: 'NONE' };
      });
    }
  }

  async #step(
    transactionalId: string,
    producer: ProducerIdentity,
    step: (transaction: Transaction) => Promise<Stepped>,
  ): Promise<ErrorName> {
    if (transactionalId === '') return 'INVALID_REQUEST';
    const outcome = await this.#inTurn(transactionalId, {}, async () => {
      const transaction = this.#transactions.get(transactionalId);
      if (transaction === undefined) return { error: 'INVALID_PRODUCER_ID_MAPPING' };
      const error = transaction.check(producer);
      if (error !== 'NONE') return { error };
      if (transaction.isCompleting) return { error: 'CONCURRENT_TRANSACTIONS' };
      return step(transaction);
    });
    return outcome.error;
  }

  /** Runs one step after all earlier ones of this id. A step that cannot be stored is answered as retriable. */
  async #inTurn<T extends object>(
    transactionalId: string,
    failed: T,
    step: () => Promise<Stepped<T>>,
  ): Promise<{ error: ErrorName } & T> {
    try {
      const stepped = await this.#turns.take(transactionalId, step);
      await stepped.stored;
      return stepped;
    } catch (error) {
      this.#tell(error, `A step of transaction ${transactionalId} was not stored`);
      return { error: 'COORDINATOR_NOT_AVAILABLE', ...failed };
    }
  }

  /**
   * Decides how the transaction ends, and carries it out.
   *
   * @throws when that was not stored: nothing is decided then, the client may ask again, and the time-out still runs
   */
  async #end(transaction: Transaction, result: TransactionResult): Promise<void> {
    transaction.status = result === 'commit' ? 'PrepareCommit' : 'PrepareAbort';
    const decided = this.#append(transaction);
    this.#disarmTimeout(transaction);
    // A marker of a commit says what the decision says, should that be missing after a power loss. One of an abort does not.
    if (result === 'abort') await decided;
    await Promise.all([decided, this.#complete(transaction)]);
  }

  /** The decision is in the log: from here on it is carried out however often it takes. */
  async #complete(transaction: Transaction): Promise<void> {
    const result = transaction.status === 'PrepareCommit' ? 'commit' : 'abort';
    try {
      await this.#options.markers.write(transaction, result);
      transaction.status = result === 'commit' ? 'CompleteCommit' : 'CompleteAbort';
      transaction.clearPartitions();
      // Nobody waits: without it the markers are written again, and before that can meet a later transaction its begin, which
      // lies behind this in the log, is on the disk.
      void this.#append(transaction, { isDeferred: true });
    } catch (error) {
      this.#tell(error, `The end of transaction ${transaction.transactionalId} is tried again`);
      if (transaction.isCompleting) this.#options.deadlines.after(retryMarkersMs, () => this.#retry(transaction));
    }
  }

  /** A full disk refuses every attempt of every producer: that is said once in a while. */
  #tell(error: unknown, what: string): void {
    if (isStorageTrouble(error)) tellStorageTrouble(this.#options, error);
    else this.#options.logger.error({ err: error }, what);
  }

  #retry(transaction: Transaction): void {
    void this.#inTurn(transaction.transactionalId, {}, async () => {
      if (transaction.isCompleting) await this.#complete(transaction);
      return { error: 'NONE' };
    });
  }

  #armTimeout(transaction: Transaction): void {
    const { deadlines, clock } = this.#options;
    const { startedMs, timeoutMs } = transaction;
    // Never more than all of it: the clock may have been set back since.
    const leftMs = Math.min(timeoutMs, startedMs + timeoutMs - clock.nowMs());
    this.#disarmTimeout(transaction);
    const deadline = deadlines.after(Math.max(0, leftMs), () => this.#onTimeout(transaction));
    this.#deadlines.set(transaction.transactionalId, deadline);
  }

  #disarmTimeout({ transactionalId }: Transaction): void {
    this.#deadlines.get(transactionalId)?.cancel();
    this.#deadlines.delete(transactionalId);
  }

  /** An abandoned transaction is aborted, and its producer fenced so that it cannot go on as if nothing had happened. */
  #onTimeout(transaction: Transaction): void {
    const { startedMs } = transaction;
    void this.#inTurn(transaction.transactionalId, {}, async () => {
      const isSame = transaction.status === 'Ongoing' && transaction.startedMs === startedMs;
      if (!isSame) return { error: 'NONE' };
      this.#options.logger.warn(`Transaction ${transaction.transactionalId} was open for too long and is aborted`);
      transaction.raiseEpoch();
      try {
        await this.#end(transaction, 'abort');
      } catch (error) {
        const { deadlines } = this.#options;
        const again = deadlines.after(retryMarkersMs, () => this.#onTimeout(transaction));
        this.#deadlines.set(transaction.transactionalId, again);
        throw error;
      }
      return { error: 'NONE' };
    });
  }

  /**
   * Puts the state into the log, or takes back what has changed since it last was: a repeated request then begins anew.
   *
   * @returns when it is durable. @throws when it was not appended
   */
  #append(transaction: Transaction, options: { isDeferred?: boolean } = {}): Promise<void> {
    transaction.updatedMs = this.#options.clock.nowMs();
    let stored: Promise<void>;
    try {
      stored = this.#options.store.append(transaction.transactionalId, [transactionRecord(transaction)], options);
    } catch (error) {
      transaction.revert();
      throw error;
    }
    transaction.confirm();
    return stored;
  }
}

/** What an InitProducerId that names a producer id and epoch stands for. */
function claimOf(transaction: Transaction, request: InitRequest): 'current' | 'repeated' | 'fenced' {
  if (request.producerId === -1n) return 'current';
  const { producerId, producerEpoch, previous } = transaction;
  if (request.producerId === producerId && request.producerEpoch === producerEpoch) return 'current';
  const isRepeated =
    request.producerId === previous.producerId &&
    request.producerEpoch === previous.producerEpoch &&
    transaction.status === 'Empty';
  return isRepeated ? 'repeated' : 'fenced';
}
