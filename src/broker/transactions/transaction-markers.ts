import type { Logger } from '../../base/logger.ts';
import { encodeTransactionEnd } from '../../wire/control-record.ts';
import { encodeBatch } from '../../wire/records.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { Partition } from '../metadata/topic.ts';
import type { TopicRegistry } from '../metadata/topic-registry.ts';
import { holdsCommitOf } from './find-commit.ts';
import type { Transaction } from './transaction.ts';

export type TransactionResult = 'commit' | 'abort';

/** Writes the markers that end a transaction into every partition it wrote to. */
export class TransactionMarkers {
  readonly #topics: TopicRegistry;
  readonly #groups: GroupCoordinator;
  readonly #leaderEpoch: number;
  readonly #logger: Logger;

  constructor(options: { topics: TopicRegistry; groups: GroupCoordinator; leaderEpoch: number; logger: Logger }) {
    this.#topics = options.topics;
    this.#groups = options.groups;
    this.#leaderEpoch = options.leaderEpoch;
    this.#logger = options.logger;
  }

  /**
   * Appends all markers before this first waits, and resolves when they are durable. Partitions that no longer exist have nothing
   * to end. May be repeated after a failure: a marker more does no harm.
   *
   * @throws LOG_FAILED or DISK_FULL, among others
   */
  async write(transaction: Transaction, result: TransactionResult): Promise<void> {
    const waiting: Promise<void>[] = [];
    const { producerId, producerEpoch, startedMs } = transaction;
    const marker = { producerId, producerEpoch, result, coordinatorEpoch: this.#leaderEpoch, startedMs };
    for (const { topic, log } of this.#partitionsOf(transaction)) {
      const outcome = log.append(encodeMarker(marker), { leaderEpoch: this.#leaderEpoch, origin: 'coordinator' });
      if (!outcome.ok) {
        throw outcome.cause ?? new Error(`${topic.name}-${log.partition}: ${outcome.error}: ${outcome.message}`);
      }
      waiting.push(outcome.durable);
    }
    await Promise.all(waiting);
    this.#groups.endTransaction(producerId, result);
  }

  /** Whether a commit of this very transaction got as far as a marker. A partition that cannot be read is passed over. */
  haveCommitted(transaction: Transaction): boolean {
    return this.#partitionsOf(transaction).some(({ log }) => {
      try {
        return holdsCommitOf(transaction, log);
      } catch (error) {
        this.#logger.error(
          { err: error },
          `Whether ${transaction.transactionalId} committed is not known of a partition`,
        );
        return false;
      }
    });
  }

  #partitionsOf(transaction: Transaction): Partition[] {
    return [...transaction.partitions()].flatMap(({ topic, partition }) => {
      const found = this.#topics.get(topic)?.partitions[partition];
      return found === undefined ? [] : [found];
    });
  }
}

export interface Marker {
  producerId: bigint;
  producerEpoch: number;
  result: TransactionResult;
  coordinatorEpoch: number;
  /** When the transaction began; left out when that is not known. */
  startedMs?: number;
}

/**
 * The control batch that ends a transaction in one partition, in memory of its own: so it stays there together with the records that
 * it ends, and who reads on need not turn to the file for it.
 */
export function encodeMarker({ producerId, producerEpoch, ...end }: Marker): Buffer {
  const batch = encodeBatch({
    records: [encodeTransactionEnd(end)],
    timestamp: BigInt(Date.now()),
    isTransactional: true,
    isControl: true,
    producerId,
    producerEpoch,
  });
  const own = Buffer.allocUnsafeSlow(batch.length);
  batch.copy(own);
  return own;
}
