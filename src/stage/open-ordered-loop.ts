import { randomUUID } from 'node:crypto';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { TransactionalProducer } from './kafka/transactional-producer.ts';
import { brokerFault } from './kafka-errors.ts';
import { ProgressSource } from './order/group-progress.ts';
import { type OrderedDesk, OrderedLoop, type OrderedLoopOptions } from './ordered-loop.ts';
import { openGroupConsumer, openRecordConsumer } from './record-consumer.ts';
import { type CameraState, StateReader } from './state-reader.ts';

export interface OpenOrderedLoopOptions<S extends CameraState> {
  brokers: readonly string[];
  /** Consumer group, and what its clients are called. */
  groupId: string;
  /** Names this process within the group, the same again after a restart. */
  instance: string | undefined;
  desk: OrderedDesk<S>;
  /** The topic of the states to go on with. */
  stateTopic: string;
  /** @throws RECORD_INVALID */
  decodeState: (record: IncomingRecord) => S;
  lingerMs: OrderedLoopOptions<S>['lingerMs'];
  logger: Logger;
}

const transactionTimeoutMs = 10_000;

/**
 * Joins a group that reads `processed_images` in the order of frames and writes in transactions.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function openOrderedLoop<S extends CameraState>(
  options: OpenOrderedLoopOptions<S>,
): Promise<OrderedLoop<S>> {
  const { brokers, groupId, instance, desk, stateTopic, decodeState, lingerMs, logger } = options;
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  const common = { brokers, clientId: groupId, onInterruption };
  const transactionalId = `${groupId}-${instance ?? randomUUID()}`;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const statements = keep(await openRecordConsumer({ ...common, topics: [topicNames.ledger], from: 'beginning' }));
    const onInvalid = (error: unknown) => logger.warn(describeError(error));
    const states = keep(await StateReader.open({ ...common, topic: stateTopic, decode: decodeState, onInvalid }));
    const { rawVideoFrames: input, processedImages: output, ledger } = topicNames;
    const progress = keep(new ProgressSource({ ...common, input, output, statements: ledger }));
    const producer = keep(new TransactionalProducer({ ...common, transactionalId, timeoutMs: transactionTimeoutMs }));
    await producer.begin(onInterruption);
    const named = instance === undefined ? {} : { groupInstanceId: instance };
    const consumer = keep(
      await openGroupConsumer({ ...common, groupId, topics: [output], from: 'committed', ...named }),
    );
    return new OrderedLoop({ groupId, desk, consumer, producer, statements, states, progress, lingerMs, logger });
  } catch (cause) {
    await Promise.all(opened.map((each) => each.close()));
    throw isFault(cause) ? cause : brokerFault(brokers, `starting the group ${groupId}`, cause);
  }
}
