import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

export const startType = 'vigil.start.v1';

/**
 * Where a detector began that was told to begin elsewhere than at the beginning, on the topic `ledger`, before its first
 * result: it owes no result for what lies before. The newest statement of a detector replaces the older ones.
 */
export interface StartStatement {
  /** `<name>@<version>` */
  detector: string;
  topic: string;
  /** First offset of each partition; partitions that are not named are read from their beginning. */
  offsets: Record<string, number>;
  /** Wall clock, microseconds since 1970. */
  statedAtUs: number;
}

export function encodeStartStatement(statement: StartStatement): OutgoingRecord {
  const { detector, statedAtUs: atUs } = statement;
  const key = `start/${detector}`;
  const about = { key, type: startType, source: `/detectors/${detector}`, id: `${key}/${atUs}`, atUs };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeStartStatement(record: IncomingRecord): StartStatement {
  return decodeJson(record, isStartStatement, 'a statement of where a detector began');
}

function isStartStatement({ detector, topic, offsets }: StartStatement): boolean {
  const areTexts = typeof detector === 'string' && typeof topic === 'string';
  return areTexts && Object.values(offsets).every((each) => Number.isSafeInteger(each));
}
