import { fault } from '../base/errors.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';
import { topicNames } from './topic-names.ts';

export const modelServerType = 'vigil.model-server.v1';

export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerStateName = (typeof breakerStates)[number];

/**
 * What a detector says of the server of its model, on the topic `ledger`, whenever its circuit breaker changes; the newest
 * statement of an instance replaces the older ones. While the breaker is not closed one follows another within a minute.
 */
export interface ModelServerStatement {
  /** `<name>@<version>` */
  detector: string;
  /** Which of its processes. */
  instance: string;
  /** Address of the model, without user, password and query. */
  server: string;
  breaker: BreakerStateName;
  /** Wall clock, microseconds since 1970. */
  statedAtUs: number;
  /** Frames in hand that are not answered. */
  inHand: number;
  /** Why it is open. */
  error?: { code: string; message: string };
}

export function encodeModelServerStatement(statement: ModelServerStatement): OutgoingRecord {
  const { detector, instance, statedAtUs } = statement;
  const key = `model-server/${detector}/${instance}`;
  return {
    topic: topicNames.ledger,
    partition: 0,
    key,
    value: Buffer.from(JSON.stringify(statement)),
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', modelServerType],
      ['ce_source', `/detectors/${detector}`],
      ['ce_id', `${key}/${statedAtUs}`],
      ['ce_time', formatTimeUs(statedAtUs)],
      ['content-type', 'application/json'],
    ]),
  };
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeModelServerStatement(record: IncomingRecord): ModelServerStatement {
  try {
    const statement = JSON.parse(record.value.toString('utf8')) as ModelServerStatement;
    const { detector, instance, server, breaker, statedAtUs, inHand } = statement;
    const areTexts = [detector, instance, server].every((each) => typeof each === 'string');
    if (areTexts && breakerStates.includes(breaker) && [statedAtUs, inHand].every(Number.isFinite)) return statement;
    throw new TypeError('no statement');
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not a statement about a model's server`, { cause });
  }
}
