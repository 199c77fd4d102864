import type { KafkaLink } from './link.ts';
import { earliest, latest, listOffsets } from './list-offsets.ts';
import { partitionName, type TopicPartition } from './sticky-assignment.ts';

/**
 * Where a reader starts: `committed` goes on from the group's offsets, or from the beginning when it has none. An offset
 * is that of every partition; one that a partition does not hold means its nearest end.
 */
export type StartFrom =
  | 'committed'
  | 'beginning'
  | 'end'
  | { timestampMs: number }
  | { offset: bigint }
  /** By partition, for readers of one topic; partitions that are not named start at their beginning. */
  | { offsets: ReadonlyMap<number, bigint> }
  /** By the name of the partition, for readers of several topics; those not named start at their beginning. */
  | { positions: ReadonlyMap<string, bigint> };

export interface StartingPointOptions {
  link: KafkaLink;
  groupId?: string;
  from: StartFrom;
  otherwise?: Exclude<StartFrom, 'committed'>;
}

type Offsets = Map<string, bigint>;

export interface StartingOffset {
  offset: bigint;
  /** What the group wrote down beside its offset; empty: nothing. */
  note: string;
}

/** Knows at which offset a reader starts each partition. */
export class StartingPoint {
  readonly #options: StartingPointOptions;
  #hasStarted = false;

  constructor(options: StartingPointOptions) {
    this.#options = options;
  }

  /**
   * A group that started goes on from its committed offsets. While a transaction that would move one is open, its
   * coordinator does not say: ask again.
   *
   * @throws what the brokers answer
   */
  async of(partitions: readonly TopicPartition[]): Promise<Map<string, StartingOffset>> {
    const { from, groupId, otherwise = 'beginning' } = this.#options;
    const first = from === 'committed' ? otherwise : from;
    const goesOn = groupId !== undefined && (from === 'committed' || this.#hasStarted);
    const committed = goesOn ? await this.#committed(groupId, partitions) : new Map<string, StartingOffset>();
    const fresh = partitions.filter((each) => !committed.has(partitionName(each)));
    const started = fresh.length > 0 ? await this.#at(fresh, first) : new Map<string, bigint>();
    this.#hasStarted = true;
    for (const [name, offset] of started) committed.set(name, { offset, note: '' });
    return committed;
  }

  /** The end of a partition that is nearer to an offset which it does not hold. */
  async nearest(position: TopicPartition & { fetchOffset: bigint }): Promise<bigint> {
    const offsets = await this.#at([position], { offset: position.fetchOffset });
    return offsets.get(partitionName(position)) ?? 0n;
  }

  async #committed(groupId: string, partitions: readonly TopicPartition[]): Promise<Map<string, StartingOffset>> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
      name,
      partitionIndexes: each.map(({ partition }) => partition),
    }));
    const requireStable = true;
    const { groups } = await this.#options.link.requestOfCoordinator({ kind: 'group', id: groupId }, 'OffsetFetch', [
      [{ groupId, memberId: null, memberEpoch: -1, topics }],
      requireStable,
    ]);
    const found = (groups[0]?.topics ?? []).flatMap(({ name: topic, partitions: each }) =>
      each.map(({ partitionIndex: partition, committedOffset: offset, metadata }) => ({
        topic,
        partition,
        offset,
        note: metadata ?? '',
      })),
    );
    return new Map(
      found
        .filter(({ offset }) => offset >= 0n)
        .map(({ offset, note, ...place }) => [partitionName(place), { offset, note }]),
    );
  }

  async #at(partitions: readonly TopicPartition[], from: Exclude<StartFrom, 'committed'>): Promise<Offsets> {
    if (from === 'beginning') return this.#list(partitions, earliest);
    const ends = await this.#list(partitions, latest);
    if (from === 'end') return ends;
    const listed = await this.#list(
      partitions,
      'timestampMs' in from ? BigInt(Math.floor(from.timestampMs)) : earliest,
    );
    return new Map(
      partitions.map((each) => {
        const name = partitionName(each);
        const end = ends.get(name) ?? 0n;
        const found = listed.get(name) ?? -1n;
        // No record is young enough: −1.
        if (found < 0n) return [name, end];
        return [name, within(found, wantedOffset(from, each) ?? found, end)];
      }),
    );
  }

  #list(partitions: readonly TopicPartition[], timestamp: bigint): Promise<Offsets> {
    return listOffsets(this.#options.link, partitions, { timestamp, isolation: 'read-committed' });
  }
}

function wantedOffset(from: Exclude<StartFrom, string>, place: TopicPartition): bigint | undefined {
  if ('offset' in from) return from.offset;
  if ('positions' in from) return from.positions.get(partitionName(place));
  return 'offsets' in from ? from.offsets.get(place.partition) : undefined;
}

function within(least: bigint, wanted: bigint, most: bigint): bigint {
  return wanted < least ? least : wanted > most ? most : wanted;
}
