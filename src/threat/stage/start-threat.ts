import { randomUUID } from 'node:crypto';
import { describeError, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunningPart } from '../../stage/part.ts';
import { openGroupConsumer } from '../../stage/record-consumer.ts';
import { openRecordProducer } from '../../stage/record-producer.ts';
import type { ThreatKind } from '../../topics/event-names.ts';
import { encodeEvent } from '../../topics/event-record.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import type { FightModel } from '../fight/fight-model.ts';
import { ThreatDesk, type ThreatDeskOptions } from './threat-desk.ts';

export interface ThreatOptions {
  kinds: readonly ThreatKind[];
  /** Detectors (`<name>@<version>`) whose results are judged: those that read joints. */
  detectors: readonly string[];
  /** Names this process within the group, the same again after a restart. */
  instance?: string;
}

export interface StartThreatOptions {
  brokers: readonly string[];
  threat: ThreatOptions;
  model: FightModel;
  shrink: ThreatDeskOptions['shrink'];
  logger: Logger;
}

const groupId = 'threat';
const tickMs = 50;
const commitMs = 1000;

/**
 * Starts the threat stage: a member of the group `threat` that judges every result and writes `threat-suspected` to `events`.
 * Offsets are committed after what they gave rise to: a suspicion may be written twice after a crash, under the same id; a window that was open
 * then begins anew.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startThreat({
  brokers,
  threat,
  model,
  shrink,
  logger,
}: StartThreatOptions): Promise<RunningPart> {
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  const common = { brokers, clientId: groupId };
  const producer = await openRecordProducer(common);
  const consumer = await openGroupConsumer({
    ...common,
    groupId,
    groupInstanceId: `${groupId}-${threat.instance ?? randomUUID()}`,
    topics: [topicNames.processedImages],
    from: 'committed',
    onInterruption,
  });
  const { kinds, detectors } = threat;
  const desk = new ThreatDesk({ kinds, detectors, model, shrink, nowMs: () => Date.now() });
  const read = new Map<number, IncomingRecord>();
  let turn: Promise<void> = Promise.resolve();

  async function tell(events: readonly TrackEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (const { camera, threat: kind, score, atUs } of events) {
      const afterMs = Math.round(Date.now() - atUs / 1000);
      logger.info({ camera, kind, score, afterMs }, `${camera}: ${kind} suspected`);
    }
    await producer.send(events.map((event) => encodeEvent(event, Date.now() * 1000)));
  }

  /** One thing after the other: what comes in, and what has waited. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function take(record: IncomingRecord): Promise<void> {
    try {
      await tell(await desk.add(record));
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID') && !isFault(error, 'FRAME_UNDECODABLE')) throw error;
      logger.warn(`${describeError(error)}; it is passed over`);
    }
    read.set(record.partition, record);
  }

  async function commit(): Promise<void> {
    const records = [...read.values()];
    read.clear();
    if (records.length > 0) await consumer.commit(records).catch(onInterruption);
  }

  const timers = [
    setInterval(() => void inTurn(async () => tell(await desk.tick())).catch(onInterruption), tickMs),
    setInterval(() => void inTurn(commit).catch(onInterruption), commitMs),
  ];

  async function run(): Promise<void> {
    for await (const record of consumer) await inTurn(() => take(record));
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    await inTurn(commit).catch(onInterruption);
    await consumer.close();
    await producer.close();
  }
  return { done: run(), close: () => (closing ??= close()) };
}
