import type { IncomingRecord } from '../topics/record.ts';
import { KafkaLink } from './kafka/link.ts';
import { StartingPoint } from './kafka/starting-point.ts';
import { partitionName, type TopicPartition } from './kafka/sticky-assignment.ts';
import { brokerFault } from './kafka-errors.ts';
import { type ConsumerOptions, openRecordConsumer } from './record-consumer.ts';

export type ReadToEndOptions = Pick<ConsumerOptions, 'brokers' | 'clientId' | 'from'> & { topic: string };
/** An offset of each partition of a topic. */
export type Offsets = ReadonlyMap<number, bigint>;

const lookMs = 10;

/**
 * Reads a topic up to where it ends now. What the end consists of, transaction markers for example, need not be records.
 *
 * @returns where each partition ended
 * @throws BROKER_UNREACHABLE
 */
export async function readToEnd(
  options: ReadToEndOptions,
  onRecord: (record: IncomingRecord) => void,
): Promise<Offsets> {
  const { topic, from, ...common } = options;
  const ends = await offsetsOf({ ...common, topic, from: 'end' });
  const consumer = await openRecordConsumer({ ...common, topics: [topic], from });
  const isThrough = () => {
    const positions = consumer.positions();
    return (
      positions.length >= ends.size && positions.every(({ partition, offset }) => offset >= (ends.get(partition) ?? 0n))
    );
  };
  // The last step may bring no record: only the positions tell.
  const looking = setInterval(() => isThrough() && void consumer.close(), lookMs);
  try {
    for await (const record of consumer) if (record.offset < (ends.get(record.partition) ?? 0n)) onRecord(record);
  } finally {
    clearInterval(looking);
    await consumer.close();
  }
  return ends;
}

/** Where each partition of a topic starts, ends, or is at a time. @throws BROKER_UNREACHABLE */
export async function offsetsOf({ brokers, clientId, topic, from }: ReadToEndOptions): Promise<Offsets> {
  const link = new KafkaLink({ brokers, clientId });
  try {
    const count = await link.partitionsOf(topic);
    const partitions = Array.from({ length: count }, (_, partition): TopicPartition => ({ topic, partition }));
    const found = await new StartingPoint({ link, from }).of(partitions);
    return new Map(partitions.map((each) => [each.partition, found.get(partitionName(each))?.offset ?? 0n]));
  } catch (cause) {
    throw brokerFault(brokers, `listing the offsets of "${topic}"`, cause);
  } finally {
    await link.close();
  }
}
