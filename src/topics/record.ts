import { fault } from '../base/errors.ts';

/** A record as the stages see it: CloudEvents in Kafka's binary mode, attributes in headers, bytes in the value. */
export interface OutgoingRecord {
  topic: string;
  /** Left out: chosen by the key's hash. */
  partition?: number;
  key?: string;
  value: Buffer;
  /** Nothing instead of the (empty) value: in a compacted topic it erases what its key stood for. */
  isTombstone?: true;
  headers: Map<string, string>;
}

/** A record as it came from the log. */
export interface IncomingRecord {
  topic: string;
  partition: number;
  offset: bigint;
  /** Milliseconds since 1970, as the producer set it. */
  timestampMs: number;
  key: Buffer | null;
  /** Empty where the record has none. */
  value: Buffer;
  headers: ReadonlyMap<string, string>;
}

/** Where a record lies, as `<topic>/<partition>/<offset>`. */
export function recordRef(record: Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${record.topic}/${record.partition}/${record.offset}`;
}

/** @throws RECORD_INVALID when the header is missing */
export function requiredHeader(record: IncomingRecord, name: string): string {
  const value = record.headers.get(name);
  if (value === undefined) throw fault('RECORD_INVALID', `${recordRef(record)} lacks the header "${name}"`);
  return value;
}

/** @throws RECORD_INVALID when the header is missing or not a whole number from 0 up */
export function wholeNumberHeader(record: IncomingRecord, name: string): number {
  const text = requiredHeader(record, name);
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw fault('RECORD_INVALID', `${recordRef(record)}: the header "${name}" is "${text}", not a whole number`);
  }
  return value;
}

/** Wall clock in microseconds since 1970 → RFC 3339 with microseconds, UTC. */
export function formatTimeUs(timeUs: number): string {
  const milliseconds = Math.floor(timeUs / 1000);
  const micros = String(Math.round(timeUs - milliseconds * 1000)).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${micros}Z`;
}

/** RFC 3339 with up to six decimals → microseconds since 1970; NaN when it is not a time. */
export function parseTimeUs(text: string): number {
  const match = /^(.{19})(?:\.(\d{1,6})\d*)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (!match) return Number.NaN;
  return Date.parse(`${match[1]}${match[3]}`) * 1000 + Number((match[2] ?? '').padEnd(6, '0'));
}
