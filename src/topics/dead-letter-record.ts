import { type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';
import type { ResultError } from './result-record.ts';
import { topicNames } from './topic-names.ts';

/** The failed record, verbatim, with why and where it came from in headers beside its own. */
export function encodeDeadLetter(record: IncomingRecord, detector: string, error: ResultError): OutgoingRecord {
  const headers = new Map(record.headers);
  headers.set('dead_letter_ref', recordRef(record));
  headers.set('dead_letter_by', detector);
  headers.set('dead_letter_error', JSON.stringify(error));
  return {
    topic: topicNames.deadLetters,
    partition: 0,
    ...(record.key ? { key: record.key.toString('utf8') } : {}),
    value: record.value,
    headers,
  };
}
