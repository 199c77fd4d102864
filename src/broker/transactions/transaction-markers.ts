import { encodeTransactionEnd } from '../../wire/control-record.ts';
import { encodeBatch } from '../../wire/records.ts';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { TopicRegistry } from '../metadata/topic-registry.ts';
import type { Transaction } from './transaction.ts';

export type TransactionResult = 'commit' | 'abort';

/** Writes the markers that end a transaction into every partition it wrote to. */
export class TransactionMarkers {
  readonly #topics: TopicRegistry;
  readonly #groups: GroupCoordinator;
  readonly #leaderEpoch: number;

  constructor(options: { topics: TopicRegistry; groups: GroupCoordinator; leaderEpoch: number }) {
    this.#topics = options.topics;
    this.#groups = options.groups;
    this.#leaderEpoch = options.leaderEpoch;
  }

  /**
   * Resolves when all markers are durable. Partitions that no longer exist have nothing to end. May be repeated after a
   * failure: a marker more does no harm.
   *
   * @throws LOG_FAILED or DISK_FULL, among others
   */
  async write(transaction: Transaction, result: TransactionResult): Promise<void> {
    const waiting: Promise<void>[] = [];
    const { producerId, producerEpoch } = transaction;
    const marker = () => encodeMarker({ producerId, producerEpoch, result, coordinatorEpoch: this.#leaderEpoch });
    for (const { topic, partition } of transaction.partitions()) {
      const target = this.#topics.get(topic)?.partitions[partition];
      if (target === undefined) continue;
      const outcome = target.log.append(marker(), {
        leaderEpoch: this.#leaderEpoch,
        origin: 'coordinator',
      });
      if (!outcome.ok) throw outcome.cause ?? new Error(`${topic}-${partition}: ${outcome.error}: ${outcome.message}`);
      waiting.push(outcome.durable);
    }
    await Promise.all(waiting);
    this.#groups.endTransaction(producerId, result);
  }
}

export interface Marker {
  producerId: bigint;
  producerEpoch: number;
  result: TransactionResult;
  coordinatorEpoch: number;
}

/** The control batch that ends a transaction in one partition. */
export function encodeMarker({ producerId, producerEpoch, result, coordinatorEpoch }: Marker): Buffer {
  return encodeBatch({
    records: [encodeTransactionEnd({ result, coordinatorEpoch })],
    timestamp: BigInt(Date.now()),
    isTransactional: true,
    isControl: true,
    producerId,
    producerEpoch,
  });
}
