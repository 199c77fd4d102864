import { Admin, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import { brokerFault } from '../kafka-errors.ts';
import type { GroupProgress } from './order-types.ts';

export interface ProgressSourceOptions {
  brokers: readonly string[];
  clientId: string;
  /** The topic of frames. */
  input: string;
  /** The topic of results. */
  output: string;
  /** The topic on which urgent groups state what they have discarded. */
  statements: string;
}

/** A progress, and up to where each partition of results and of statements must be read before it holds. */
export interface TakenProgress extends GroupProgress {
  until: readonly bigint[];
  stated: readonly bigint[];
}

/** Whether nothing has happened between the taking of one and the other: the second says nothing new. */
export function isSameProgress(one: TakenProgress, other: TakenProgress): boolean {
  const isSame = (offsets: readonly bigint[], others: readonly bigint[]) => offsets.join() === others.join();
  return (
    one.ticket === other.ticket &&
    isSame(one.ends, other.ends) &&
    isSame(one.processed, other.processed) &&
    isSame(one.until, other.until) &&
    isSame(one.stated, other.stated)
  );
}

/** Asks any Kafka broker how far a group is. */
export class ProgressSource {
  readonly #options: ProgressSourceOptions;
  readonly #admin: Admin;

  constructor(options: ProgressSourceOptions) {
    this.#options = options;
    const { brokers, clientId } = options;
    this.#admin = new Admin({ clientId, bootstrapBrokers: [...brokers], retries: 1, retryDelay: 200 });
  }

  /**
   * Each step is answered before the next one is asked: see `GroupProgress`. The ends count what no reader of committed
   * records sees yet: a result may be hidden for a moment longer than the offset that was committed with it.
   *
   * @param ticket the ticket of the order, as it is now
   * @throws BROKER_UNREACHABLE
   */
  async take(group: string, ticket: number): Promise<TakenProgress> {
    const { brokers, input, output, statements } = this.#options;
    try {
      const ends = await this.#ends(input);
      const processed = await this.#committed(group, ends.length);
      const [until, stated] = await Promise.all([this.#ends(output), this.#ends(statements)]);
      return { ticket, ends, processed, until, stated };
    } catch (cause) {
      throw brokerFault(brokers, `asking how far ${group} is`, cause);
    }
  }

  /** Where the partitions of a topic end, as above. @throws BROKER_UNREACHABLE */
  async endsOf(topic: string): Promise<readonly bigint[]> {
    try {
      return await this.#ends(topic);
    } catch (cause) {
      throw brokerFault(this.#options.brokers, `asking for the ends of ${topic}`, cause);
    }
  }

  async close(): Promise<void> {
    await this.#admin.close().catch(() => {});
  }

  async #committed(groupId: string, partitions: number): Promise<bigint[]> {
    const [listed] = await this.#admin.listConsumerGroupOffsets({ groups: [groupId] });
    const found = listed?.topics.find(({ name }) => name === this.#options.input)?.partitions ?? [];
    const offsets = new Map(found.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]));
    return Array.from({ length: partitions }, (_, partition) => {
      const offset = offsets.get(partition) ?? 0n;
      return offset < 0n ? 0n : offset;
    });
  }

  async #ends(name: string): Promise<bigint[]> {
    const metadata = await this.#admin.metadata({ topics: [name], forceUpdate: true });
    const count = metadata.topics.get(name)?.partitionsCount ?? 0;
    const timestamp = ListOffsetTimestamps.LATEST;
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const [listed] = await this.#admin.listOffsets({ topics: [{ name, partitions }], isolationLevel });
    const offsets = new Map(listed?.partitions.map((each) => [each.partitionIndex, each.offset]));
    return Array.from({ length: count }, (_, partition) => offsets.get(partition) ?? 0n);
  }
}
