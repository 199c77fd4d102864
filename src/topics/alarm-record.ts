import { createHash } from 'node:crypto';
import { deliveryOutcomes, severities } from './alarm-names.ts';
import type { Acknowledgement, Alarm, AlarmDelivery } from './alarm-schema.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

export const alarmType = 'vigil.alarm.v1';
export const acknowledgementType = 'vigil.alarm-acknowledged.v1';
const deliveryType = 'vigil.delivery.v1';

/** What a record of `alarms` says, by its `ce_type`. */
export type AlarmEntry =
  | { kind: 'alarm'; alarm: Alarm }
  | { kind: 'acknowledgement'; acknowledgement: Acknowledgement };

/**
 * An alarm's id, from what made it fire: however often the events are read, the same alarm comes of them.
 *
 * @param events ids of the events, in the order in which they count
 */
export function alarmId(rule: string, camera: string, events: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify([rule, camera, ...events]));
  return `${rule}-${digest.digest('hex').slice(0, 16)}`;
}

/** Names a record of an alarm, one for each level: what a receiver knows a repeated message by. */
export function alarmKey({ id, level }: Pick<Alarm, 'id' | 'level'>): string {
  return `${id}/${level}`;
}

export function encodeAlarm(alarm: Alarm): OutgoingRecord {
  const { camera, times } = alarm;
  const atUs = times.escalatedAtUs ?? times.raisedAtUs;
  const about = { key: camera, type: alarmType, source: `/cameras/${camera}`, id: alarmKey(alarm), atUs };
  return encodeJson({ topic: topicNames.alarms, partition: 0, ...about, value: alarm });
}

export function encodeAcknowledgement(acknowledgement: Acknowledgement): OutgoingRecord {
  const { alarm, camera, atUs } = acknowledgement;
  const id = `${alarm}/acknowledged/${atUs}`;
  const about = { key: camera, type: acknowledgementType, source: `/cameras/${camera}`, id, atUs };
  return encodeJson({ topic: topicNames.alarms, partition: 0, ...about, value: acknowledgement });
}

/**
 * @returns undefined for a kind that this version does not know
 * @throws RECORD_INVALID when the value is not what its type says
 */
export function decodeAlarmEntry(record: IncomingRecord): AlarmEntry | undefined {
  const type = record.headers.get('ce_type');
  if (type === alarmType) return { kind: 'alarm', alarm: decodeJson(record, isAlarm) };
  if (type === acknowledgementType) return { kind: 'acknowledgement', acknowledgement: decodeJson(record, isAck) };
  return undefined;
}

/** `<alarm>/<level>/<notifier>` */
export function deliveryId(alarm: Pick<Alarm, 'id' | 'level'>, notifier: string): string {
  return `${alarmKey(alarm)}/${notifier}`;
}

export function encodeDelivery(delivery: AlarmDelivery): OutgoingRecord {
  const { id, camera, atUs } = delivery;
  const about = { key: id, type: deliveryType, source: `/cameras/${camera}`, id, atUs };
  return encodeJson({ topic: topicNames.deliveries, partition: 0, ...about, value: delivery });
}

/** @throws RECORD_INVALID when the value is no delivery */
export function decodeDelivery(record: IncomingRecord): AlarmDelivery {
  return decodeJson<AlarmDelivery>(
    record,
    ({ id, alarm, notifier, outcome }) =>
      [id, alarm, notifier].every((each) => typeof each === 'string') && deliveryOutcomes.includes(outcome),
  );
}

function isAlarm({ id, level, rule, severity, camera, evidence, notify, times }: Alarm): boolean {
  return (
    [id, rule, camera].every((each) => typeof each === 'string') &&
    Number.isSafeInteger(level) &&
    severities.includes(severity) &&
    Array.isArray(evidence) &&
    Array.isArray(notify) &&
    [times?.capturedAtUs, times?.eventAtUs, times?.raisedAtUs].every((each) => Number.isSafeInteger(each))
  );
}

function isAck({ alarm, by, atUs }: Acknowledgement): boolean {
  return typeof alarm === 'string' && typeof by === 'string' && Number.isSafeInteger(atUs);
}
