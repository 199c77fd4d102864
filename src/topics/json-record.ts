import { fault } from '../base/errors.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';

export interface JsonRecord {
  topic: string;
  partition?: number;
  key: string;
  /** `ce_type` */
  type: string;
  /** `ce_source` */
  source: string;
  /** `ce_id` */
  id: string;
  /** `ce_time`, microseconds since 1970; statements that must be the same each time they are written have none. */
  atUs?: number;
  value: unknown;
}

/** A record whose value is JSON, under the headers of CloudEvents. */
export function encodeJson({ topic, partition, key, type, source, id, atUs, value }: JsonRecord): OutgoingRecord {
  return {
    topic,
    ...(partition === undefined ? {} : { partition }),
    key,
    value: Buffer.from(JSON.stringify(value)),
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', type],
      ['ce_source', source],
      ['ce_id', id],
      ...(atUs === undefined ? [] : [['ce_time', formatTimeUs(atUs)] as const]),
      ['content-type', 'application/json'],
    ]),
  };
}

/**
 * @param what said of a record that is not it
 * @throws RECORD_INVALID when the value is not JSON, or not what `isIt` knows
 */
export function decodeJson<T>(
  record: IncomingRecord,
  isIt: (value: T) => boolean,
  what = `what belongs on ${record.topic}`,
): T {
  try {
    const value = JSON.parse(record.value.toString('utf8')) as T;
    if (!isIt(value)) throw new TypeError('something else');
    return value;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not ${what}`, { cause });
  }
}
