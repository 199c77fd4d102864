import { fault } from '../base/errors.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';
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
  const { detector, statedAtUs } = statement;
  const key = `start/${detector}`;
  return {
    topic: topicNames.ledger,
    partition: 0,
    key,
    value: Buffer.from(JSON.stringify(statement)),
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', startType],
      ['ce_source', `/detectors/${detector}`],
      ['ce_id', `${key}/${statedAtUs}`],
      ['ce_time', formatTimeUs(statedAtUs)],
      ['content-type', 'application/json'],
    ]),
  };
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeStartStatement(record: IncomingRecord): StartStatement {
  try {
    const statement = JSON.parse(record.value.toString('utf8')) as StartStatement;
    const { detector, topic, offsets } = statement;
    const areTexts = typeof detector === 'string' && typeof topic === 'string';
    if (!areTexts || !Object.values(offsets).every((each) => Number.isSafeInteger(each))) throw new TypeError('none');
    return statement;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not a statement of where a detector began`, { cause });
  }
}
