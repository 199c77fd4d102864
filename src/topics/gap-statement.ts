import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

export const gapType = 'vigil.gap.v1';

/** Why the order went on without a result: it will never come, or waiting for it would have held too much. */
export const orderGapReasons = ['never-came', 'held-too-much'] as const;
export type OrderGapReason = (typeof orderGapReasons)[number];

/**
 * Frames that the track stage passed over because there is no result of them, on the topic `ledger`, written in the
 * transaction that carries the stage past them: each is stated once. What an urgent group has skipped is stated by the group.
 */
export interface GapStatement {
  camera: string;
  session: string;
  /** `<name>@<version>`: the detector whose results are followed. */
  detector: string;
  /** First and last frame, both included. */
  first: number;
  last: number;
  reason: OrderGapReason;
}

export function encodeGapStatement(statement: GapStatement): OutgoingRecord {
  const { camera, session, detector, first } = statement;
  // Each statement counts: its key is its own, so that compaction keeps it.
  const key = `${camera}/${session}/gap/${detector}/${first}`;
  const about = { key, type: gapType, source: `/cameras/${camera}`, id: key };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeGapStatement(record: IncomingRecord): GapStatement {
  return decodeJson(record, isGapStatement, 'a statement of frames that were passed over');
}

function isGapStatement({ camera, session, detector, first, last, reason }: GapStatement): boolean {
  const areTexts = [camera, session, detector].every((each) => typeof each === 'string');
  const areFrames = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && last >= first;
  return areTexts && areFrames && orderGapReasons.includes(reason);
}
