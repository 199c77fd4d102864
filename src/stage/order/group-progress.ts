import { KafkaLink } from '../kafka/link.ts';
import { endsOfTopics } from '../kafka/list-offsets.ts';
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

/**
 * Asks any Kafka broker how far a group is: five requests each time.
 */
export class ProgressSource {
  readonly #options: ProgressSourceOptions;
  readonly #link: KafkaLink;

  constructor(options: ProgressSourceOptions) {
    this.#options = options;
    this.#link = new KafkaLink(options);
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
      const [ends = []] = await endsOfTopics(this.#link, [input]);
      const processed = await this.#committed(group, ends.length);
      const [until = [], stated = []] = await endsOfTopics(this.#link, [output, statements]);
      return { ticket, ends, processed, until, stated };
    } catch (cause) {
      throw brokerFault(brokers, `asking how far ${group} is`, cause);
    }
  }

  /** Where the partitions of a topic end, as above. @throws BROKER_UNREACHABLE */
  async endsOf(topic: string): Promise<readonly bigint[]> {
    try {
      const [ends = []] = await endsOfTopics(this.#link, [topic]);
      return ends;
    } catch (cause) {
      throw brokerFault(this.#options.brokers, `asking for the ends of ${topic}`, cause);
    }
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #committed(groupId: string, partitions: number): Promise<bigint[]> {
    const name = this.#options.input;
    const partitionIndexes = Array.from({ length: partitions }, (_, partition) => partition);
    const asked = { groupId, memberId: null, memberEpoch: -1, topics: [{ name, partitionIndexes }] };
    const coordinator = { kind: 'group', id: groupId } as const;
    const { groups } = await this.#link.requestOfCoordinator(coordinator, 'OffsetFetch', [[asked], false]);
    const found = groups[0]?.topics.find((topic) => topic.name === name)?.partitions ?? [];
    const offsets = new Map(found.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]));
    return partitionIndexes.map((partition) => {
      const offset = offsets.get(partition) ?? 0n;
      return offset < 0n ? 0n : offset;
    });
  }
}
