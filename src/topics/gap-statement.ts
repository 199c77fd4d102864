import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

export const gapType = 'vigil.gap.v1';

/** Why a stage went on without a result: it will never come, waiting for it would have held too much, or it came too late to hurry. */
export const orderGapReasons = ['never-came', 'held-too-much', 'too-old'] as const;
export type OrderGapReason = (typeof orderGapReasons)[number];

/** Groups beside `track` that say what they passed over. */
export const gapGroups = ['threat', 'threat-urgent'] as const;
export type GapGroup = (typeof gapGroups)[number];

/**
 * Frames that a stage passed over, on the topic `ledger`. `track` and `threat` do because there is no result of them, and write it in the
 * transaction that carries them past: each is stated once. `threat-urgent` does because the result is too old, and may state
 * a frame twice after a crash. What an urgent detector has skipped it states itself.
 */
export interface GapStatement {
  camera: string;
  session: string;
  /** `<name>@<version>`: the detector whose results are followed. */
  detector: string;
  /** The group that passed over; left out: `track`. */
  group?: GapGroup;
  /** First and last frame, both included. */
  first: number;
  last: number;
  reason: OrderGapReason;
}

/** Days of frames: readers keep a bit for each. */
const longestGap = 10_000_000;

export function encodeGapStatement(statement: GapStatement): OutgoingRecord {
  const { camera, session, detector, group, first } = statement;
  // Each statement counts: its key is its own, so that compaction keeps it.
  const key = `${camera}/${session}/gap/${detector}/${group ? `${group}/` : ''}${first}`;
  const about = { key, type: gapType, source: `/cameras/${camera}`, id: key };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeGapStatement(record: IncomingRecord): GapStatement {
  return decodeJson(record, isGapStatement, 'a statement of frames that were passed over');
}

function isGapStatement({ camera, session, detector, group, first, last, reason }: GapStatement): boolean {
  const areTexts = [camera, session, detector].every((each) => typeof each === 'string');
  const isStretch = last >= first && last - first < longestGap;
  const areFrames = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && isStretch;
  const isGroup = group === undefined || gapGroups.includes(group);
  return areTexts && areFrames && isGroup && orderGapReasons.includes(reason);
}
