import { fault } from '../base/errors.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';
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
  const id = `${camera}/${session}/gap/${detector}/${first}`;
  return {
    topic: topicNames.ledger,
    partition: 0,
    // Each statement counts: its key is its own, so that compaction keeps it.
    key: id,
    value: Buffer.from(JSON.stringify(statement)),
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', gapType],
      ['ce_source', `/cameras/${camera}`],
      ['ce_id', id],
      ['content-type', 'application/json'],
    ]),
  };
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeGapStatement(record: IncomingRecord): GapStatement {
  try {
    const statement = JSON.parse(record.value.toString('utf8')) as GapStatement;
    const { camera, session, detector, first, last, reason } = statement;
    const areTexts = [camera, session, detector].every((each) => typeof each === 'string');
    const areFrames = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && last >= first;
    if (!areTexts || !areFrames || !orderGapReasons.includes(reason)) throw new TypeError('no statement');
    return statement;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not a statement of frames that were passed over`, { cause });
  }
}
