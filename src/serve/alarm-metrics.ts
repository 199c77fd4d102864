import { Counter, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { decodeAlarmEntry, decodeDelivery } from '../topics/alarm-record.ts';
import type { Alarm, AlarmDelivery } from '../topics/alarm-schema.ts';
import { decodeEvent } from '../topics/event-record.ts';
import type { TrackEvent } from '../topics/event-schema.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { type OpenConsumer, TopicReader } from './topic-reader.ts';

export interface AlarmMetricsOptions {
  brokers: readonly string[];
  registry: Registry;
  open: OpenConsumer;
  clock: Clock;
  logger: Logger;
}

const bucketsSeconds = [0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200];

/** Follows `alarms`, `deliveries` and suspicions from now on, and measures how long they took since the frame was captured. */
export function followAlarms({ brokers, registry, open, clock, logger }: AlarmMetricsOptions): TopicReader {
  const measures = createMeasures(registry);
  const onTrouble = (error: unknown) => logger.debug(`reading alarms: ${describeError(error)}`);
  const topics = [topicNames.alarms, topicNames.deliveries, topicNames.events];
  return new TopicReader({
    consumer: { brokers, clientId: 'vigil-serve', topics, from: 'end', onInterruption: onTrouble },
    open,
    clock,
    onOpen: () => {},
    onTrouble,
    onRecord(record) {
      try {
        see(record, measures);
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        onTrouble(error);
      }
    },
  });
}

function see(record: IncomingRecord, measures: ReturnType<typeof createMeasures>): void {
  if (record.topic === topicNames.deliveries) {
    measures.sawDelivery(decodeDelivery(record));
    return;
  }
  if (record.topic === topicNames.events) {
    const event = decodeEvent(record);
    if (event.type === 'threat-suspected') measures.sawSuspicion(event, record.timestampMs * 1000);
    return;
  }
  const entry = decodeAlarmEntry(record);
  if (entry?.kind === 'alarm' && entry.alarm.level === 0) measures.sawAlarm(entry.alarm);
}

function createMeasures(registry: Registry) {
  const common = { buckets: bucketsSeconds, registers: [registry] };
  const raised = new Histogram({
    ...common,
    name: 'vigil_capture_to_alarm_seconds',
    help: 'Capture of the frame that made a rule fire to the alarm.',
    labelNames: ['rule', 'camera'] as const,
  });
  const delivered = new Histogram({
    ...common,
    name: 'vigil_capture_to_delivered_seconds',
    help: 'Capture of the frame that made a rule fire to a notifier being told of the alarm.',
    labelNames: ['rule', 'notifier'] as const,
  });
  const suspected = new Histogram({
    ...common,
    name: 'vigil_capture_to_suspicion_seconds',
    help: 'Capture of the last frame of a suspicion to its event, by who told of it: at once, or judging every frame.',
    labelNames: ['threat', 'camera', 'speed'] as const,
  });
  const steps = new Histogram({
    ...common,
    name: 'vigil_alarm_step_seconds',
    help: 'How long each step of an alarm took: capture to result, result to event, event to alarm, alarm to being told.',
    labelNames: ['step'] as const,
  });
  const took = (step: 'result' | 'event' | 'alarm' | 'delivered', fromUs: number, toUs: number) =>
    steps.observe({ step }, secondsBetween(fromUs, toUs));
  const attempts = new Counter({
    name: 'vigil_deliveries_total',
    help: 'Attempts to tell notifiers, by what became of them.',
    labelNames: ['notifier', 'outcome'] as const,
    registers: [registry],
  });
  return {
    sawAlarm({ rule, camera, times }: Alarm): void {
      const { capturedAtUs, resultAtUs, eventAtUs, raisedAtUs } = times;
      raised.observe({ rule, camera }, secondsBetween(capturedAtUs, raisedAtUs));
      if (resultAtUs !== undefined) {
        took('result', capturedAtUs, resultAtUs);
        took('event', resultAtUs, eventAtUs);
      }
      took('alarm', eventAtUs, raisedAtUs);
    },
    sawSuspicion: ({ threat, camera, suspicion, atUs }: TrackEvent, writtenAtUs: number) =>
      suspected.observe(
        { threat: threat ?? '', camera, speed: suspicion?.speed ?? '' },
        secondsBetween(atUs, writtenAtUs),
      ),
    sawDelivery({ rule, notifier, outcome, level, capturedAtUs, raisedAtUs, atUs }: AlarmDelivery): void {
      attempts.inc({ notifier, outcome });
      if (outcome !== 'delivered' || level > 0) return;
      delivered.observe({ rule, notifier }, secondsBetween(capturedAtUs, atUs));
      took('delivered', raisedAtUs, atUs);
    },
  };
}

function secondsBetween(fromUs: number, toUs: number): number {
  return Math.max(0, toUs - fromUs) / 1e6;
}
