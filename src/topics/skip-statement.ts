import { countOfRanges, type FrameRange, isFrameRange, toFrameRanges } from './frame-ranges.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

/** Why an urgent group discarded frames: they were older than its `maxLagMs` when it read them. */
export const skipReasons = ['max-lag'] as const;
export type SkipReason = (typeof skipReasons)[number];

export const skipType = 'vigil.skip.v1';

/**
 * What an urgent group says of the frames of one session that it read from one partition and discarded without work,
 * on the topic `ledger`. It is written in the transaction that commits the offsets behind those frames: a frame has
 * either its result or its place in exactly one such statement.
 */
export interface SkipStatement {
  camera: string;
  session: string;
  /** `<name>@<version>` */
  detector: string;
  /** Where the frames lie. Between the two offsets other cameras may have frames too. */
  topic: string;
  partition: number;
  firstOffset: number;
  lastOffset: number;
  /** Exactly the frames that were discarded, in rising order. */
  frames: FrameRange[];
  /** How many they are. */
  count: number;
  /** Wall clock, microseconds since 1970. */
  skippedAtUs: number;
  reason: SkipReason;
}

type SkippedFrames = Omit<SkipStatement, 'frames' | 'count'>;

/** @param frames the numbers of the discarded frames, in the order read */
export function skipStatement(about: SkippedFrames, frames: readonly number[]): SkipStatement {
  return { ...about, frames: toFrameRanges(frames), count: frames.length };
}

export function encodeSkipStatement(statement: SkipStatement): OutgoingRecord {
  const { camera, session, detector, topic, partition, firstOffset, skippedAtUs: atUs } = statement;
  // Each statement counts: its key is its own, so that compaction keeps it.
  const key = `${camera}/${session}/skipped/${detector}/${topic}/${partition}/${firstOffset}`;
  const about = { key, type: skipType, source: `/cameras/${camera}`, id: key, atUs };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

/** @throws RECORD_INVALID when the value is not such a statement, or its count is not that of its frames */
export function decodeSkipStatement(record: IncomingRecord): SkipStatement {
  return decodeJson(record, isSkipStatement, 'a statement of skipped frames');
}

function isSkipStatement(statement: SkipStatement): boolean {
  const { camera, session, detector, topic, partition, firstOffset, lastOffset, frames, count } = statement;
  return (
    [camera, session, detector, topic].every((each) => typeof each === 'string') &&
    [partition, firstOffset, lastOffset, statement.skippedAtUs].every((each) => Number.isSafeInteger(each)) &&
    Array.isArray(frames) &&
    frames.every(isFrameRange) &&
    count === countOfRanges(frames)
  );
}
