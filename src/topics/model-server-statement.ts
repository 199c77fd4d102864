import { decodeJson, encodeJson } from './json-record.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
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
  const { detector, instance, statedAtUs: atUs } = statement;
  const key = `model-server/${detector}/${instance}`;
  const about = { key, type: modelServerType, source: `/detectors/${detector}`, id: `${key}/${atUs}`, atUs };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

/** @throws RECORD_INVALID when the value is not such a statement */
export function decodeModelServerStatement(record: IncomingRecord): ModelServerStatement {
  return decodeJson(record, isModelServerStatement, "a statement about a model's server");
}

function isModelServerStatement(statement: ModelServerStatement): boolean {
  const { detector, instance, server, breaker, statedAtUs, inHand } = statement;
  const areTexts = [detector, instance, server].every((each) => typeof each === 'string');
  return areTexts && breakerStates.includes(breaker) && [statedAtUs, inHand].every(Number.isFinite);
}
