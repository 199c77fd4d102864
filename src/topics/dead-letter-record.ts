import { type IncomingRecord, type OutgoingRecord, recordRef, requiredHeader } from './record.ts';
import type { ResultError } from './result-record.ts';
import { topicNames } from './topic-names.ts';

/** Where a dead letter came from, and why it is one. */
export interface DeadLetter {
  /** `<topic>/<partition>/<offset>` of the record. */
  ref: string;
  /** `<name>@<version>` of the detector that gave it up. */
  detector: string;
  error: ResultError;
}

/** The consumer group that knows which letters of a detector were tried again. */
export function retryGroup(detector: string): string {
  return `retry-${detector}`;
}

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

/** @throws RECORD_INVALID when a header of the contract is missing */
export function decodeDeadLetter(record: IncomingRecord): DeadLetter {
  const reason = requiredHeader(record, 'dead_letter_error');
  return {
    ref: requiredHeader(record, 'dead_letter_ref'),
    detector: requiredHeader(record, 'dead_letter_by'),
    error: parseReason(reason),
  };
}

function parseReason(text: string): ResultError {
  try {
    const { code, message } = JSON.parse(text) as Partial<ResultError>;
    return { code: String(code), message: String(message) };
  } catch {
    return { code: 'UNKNOWN', message: text };
  }
}
