import { randomUUID } from 'node:crypto';
import { wallClockUs } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { TransactionalProducer } from '../stage/kafka/transactional-producer.ts';
import { brokerFault } from '../stage/kafka-errors.ts';
import { ProgressSource } from '../stage/order/group-progress.ts';
import type { RunningPart } from '../stage/part.ts';
import { openGroupConsumer, openRecordConsumer } from '../stage/record-consumer.ts';
import { StateLoop } from '../stage/state-loop.ts';
import { StateReader } from '../stage/state-reader.ts';
import { topicNames } from '../topics/topic-names.ts';
import { CameraClocks } from './camera-clocks.ts';
import { EscalationWatch } from './escalation-watch.ts';
import type { Rule } from './rule.ts';
import { RuleDesk } from './rule-desk.ts';
import { decodeRuleState } from './rule-state.ts';

export interface StartRulesOptions {
  brokers: readonly string[];
  rules: readonly Rule[];
  /** Names this process within the group, the same again after a restart. */
  instance?: string;
  logger: Logger;
}

const groupId = 'rules';
const transactionTimeoutMs = 10_000;
const lingerMs = 10;

/**
 * Starts the rules: a member of the consumer group `rules` that reads `events` and writes `alarms`. Alarms, offsets and what
 * the rules remember are one transaction: after a crash no alarm is lost and none is there twice.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startRules({ brokers, rules, instance, logger }: StartRulesOptions): Promise<RunningPart> {
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  const common = { brokers, clientId: groupId, onInterruption };
  const transactionalId = `${groupId}-${instance ?? randomUUID()}`;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  const closeAll = async (from: number) => void (await Promise.all(opened.slice(from).map((each) => each.close())));
  try {
    const desk = new RuleDesk({ rules, nowUs: wallClockUs });
    const topics = { input: topicNames.tracks, output: topicNames.events, statements: topicNames.ledger };
    const ends = keep(new ProgressSource({ ...common, ...topics }));
    const endsOf = (topic: string) => ends.endsOf(topic);
    const tracks = keep(await openRecordConsumer({ ...common, topics: [topicNames.tracks], from: 'end' }));
    const from = { timestampMs: Date.now() - acknowledgementsWithinMs(rules) };
    const acknowledgements = keep(await openRecordConsumer({ ...common, topics: [topicNames.alarms], from }));
    const state = { topic: topicNames.ruleState, decode: decodeRuleState, onInvalid: onInterruption };
    const states = keep(await StateReader.open({ ...common, ...state }));
    const producer = keep(new TransactionalProducer({ ...common, transactionalId, timeoutMs: transactionTimeoutMs }));
    await producer.begin(onInterruption);
    const consumer = keep(
      await openGroupConsumer({
        ...common,
        groupId,
        topics: [topicNames.events],
        from: 'committed',
        ...(instance === undefined ? {} : { groupInstanceId: instance }),
      }),
    );
    const loop = new StateLoop({ groupId, desk, consumer, producer, states, endsOf, lingerMs: () => lingerMs, logger });
    const clocks = new CameraClocks({ desk, loop, tracks, events: consumer, endsOf, logger });
    const escalations = new EscalationWatch({ desk, loop, entries: acknowledgements, endsOf, logger });
    return {
      done: loop.done,
      async close() {
        await Promise.all([clocks.close(), escalations.close()]);
        await loop.close();
        await closeAll(0);
      },
    };
  } catch (cause) {
    await closeAll(0);
    throw isFault(cause) ? cause : brokerFault(brokers, 'starting the rules', cause);
  }
}

/** An alarm that may still be escalated was raised this long ago at most, with an hour for a clock or a start that is late. */
function acknowledgementsWithinMs(rules: readonly Rule[]): number {
  const longest = rules.flatMap(({ escalations }) => escalations.map(({ afterMs }) => afterMs));
  return Math.max(0, ...longest) + 3_600_000;
}
