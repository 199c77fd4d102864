import { partitionName, type TopicPartition } from '../stage/kafka/sticky-assignment.ts';
import type { RecordPosition } from '../stage/record-consumer.ts';
import type { Store } from './tables.ts';

/** Next offset by partition name, as consumers start from. */
export type Positions = ReadonlyMap<string, bigint>;

/** Which topics these are: one that was deleted and made anew has another id. */
export type TopicIds = ReadonlyMap<string, string>;

/** Where reading goes on. What was read of a topic that is there no more says nothing about the one of today. */
export async function readPositions(store: Store, topicIds: TopicIds): Promise<Positions> {
  const rows = await store.selectFrom('log_positions').selectAll().execute();
  const current = rows.filter(({ topic, topic_id }) => topicIds.get(topic) === topic_id);
  return new Map(current.map((row) => [partitionName(row), BigInt(row.next_offset)]));
}

/**
 * Moves the positions behind the records of a batch; the first step of its transaction. Each move names the place that
 * it starts from, so that of two readers of the same records only one can store them.
 *
 * @returns the positions from then on
 * @throws PositionMoved when somebody else has moved one meanwhile
 */
export async function movePositions(
  transaction: Store,
  records: readonly RecordPosition[],
  { from, topicIds }: { from: Positions; topicIds: TopicIds },
): Promise<Positions> {
  const newest = new Map(records.map((record) => [partitionName(record), record]));
  const positions = new Map(from);
  for (const [name, { topic, partition, offset }] of newest) {
    const next = offset + 1n;
    const place = { topic, partition, topic_id: topicIds.get(topic) ?? '', next_offset: Number(next) };
    const known = from.get(name);
    const hasMoved = known === undefined ? await enter(transaction, place) : await advance(transaction, place, known);
    if (!hasMoved) throw new PositionMoved({ topic, partition });
    positions.set(name, next);
  }
  return positions;
}

interface Place extends TopicPartition {
  topic_id: string;
  next_offset: number;
}

/** The first records of a partition; what is known of an earlier topic of its name gives way. */
async function enter(transaction: Store, place: Place): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('log_positions')
    .values(place)
    .onConflict((conflict) =>
      conflict
        .columns(['topic', 'partition'])
        .doUpdateSet({ topic_id: place.topic_id, next_offset: place.next_offset })
        .where('log_positions.topic_id', '!=', place.topic_id),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function advance(transaction: Store, { next_offset, ...place }: Place, known: bigint): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('log_positions')
    .set({ next_offset })
    .where('topic', '=', place.topic)
    .where('partition', '=', place.partition)
    .where('topic_id', '=', place.topic_id)
    .where('next_offset', '=', Number(known))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Another process stores the same records in the same database. */
export class PositionMoved extends Error {
  constructor(place: TopicPartition) {
    super(`another process has stored records of ${partitionName(place)} meanwhile; going on behind them`);
  }
}
