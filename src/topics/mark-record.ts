import { threatKinds } from './event-names.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import type { Mark } from './mark-schema.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

/** What one record of `marks` says. */
export type MarkEntry = { kind: 'mark'; mark: Mark } | { kind: 'unmark'; event: string };

export function encodeMark(mark: Mark): OutgoingRecord {
  const { event, camera, atUs } = mark;
  const about = { key: event, type: 'vigil.mark.v1', source: `/cameras/${camera}`, id: `${event}/mark/${atUs}`, atUs };
  return encodeJson({ topic: topicNames.marks, partition: 0, ...about, value: mark });
}

/** Takes back what was said of an event. */
export function encodeUnmark(event: string): OutgoingRecord {
  const { marks: topic } = topicNames;
  return { topic, partition: 0, key: event, value: Buffer.alloc(0), isTombstone: true, headers: new Map() };
}

/** @throws RECORD_INVALID when the value is no mark */
export function decodeMark(record: IncomingRecord): MarkEntry {
  if (record.value.length === 0) return { kind: 'unmark', event: record.key?.toString('utf8') ?? '' };
  return { kind: 'mark', mark: decodeJson<Mark>(record, isMark) };
}

function isMark({ event, camera, threat, isRight, by, atUs, evidence, evidenceRefs }: Mark): boolean {
  return (
    [event, camera, by].every((each) => typeof each === 'string') &&
    threatKinds.includes(threat) &&
    typeof isRight === 'boolean' &&
    Number.isSafeInteger(atUs) &&
    Array.isArray(evidence) &&
    Array.isArray(evidenceRefs)
  );
}
