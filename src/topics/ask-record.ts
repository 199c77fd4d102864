import { fault } from '../base/errors.ts';
import { type AskTask, isAskTask, requestTopic } from './ask-task.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import {
  formatTimeUs,
  type IncomingRecord,
  type OutgoingRecord,
  parseTimeUs,
  recordRef,
  requiredHeader,
} from './record.ts';
import { topicNames } from './topic-names.ts';

/** Ask and answer: a picture on `requests.<task>`, what a capable worker makes of it on `replies`. */

export interface AskRequest {
  task: AskTask;
  /** Unique; the answer carries it. */
  correlationId: string;
  /** Nobody waits for an answer any longer, microseconds since 1970: a worker passes it over. */
  expiresAtUs: number;
  /** A JPEG or PNG picture, as it came. */
  picture: Buffer;
}

export interface AskReply {
  correlationId: string;
  task: AskTask;
  /** Who answered. */
  worker: string;
  /** What the task's worker says; its form is the task's own. */
  answer?: unknown;
  /** Why there is no answer. */
  error?: { code: string; message: string };
}

export function encodeRequest(
  { task, correlationId, expiresAtUs, picture }: AskRequest,
  nowUs: number,
): OutgoingRecord {
  return {
    topic: requestTopic(task),
    key: correlationId,
    value: picture,
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', 'vigil.request.v1'],
      ['ce_source', '/ask'],
      ['ce_id', correlationId],
      ['ce_time', formatTimeUs(nowUs)],
      ['content-type', 'application/octet-stream'],
      ['task', task],
      ['correlation_id', correlationId],
      ['expires', formatTimeUs(expiresAtUs)],
      ['reply_to', topicNames.replies],
    ]),
  };
}

/** @throws RECORD_INVALID when a header of the contract is missing or malformed */
export function decodeRequest(record: IncomingRecord): AskRequest {
  const task = requiredHeader(record, 'task');
  const expiresAtUs = parseTimeUs(requiredHeader(record, 'expires'));
  if (!isAskTask(task) || Number.isNaN(expiresAtUs)) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is no request: its task is "${task}"`);
  }
  return { task, correlationId: requiredHeader(record, 'correlation_id'), expiresAtUs, picture: record.value };
}

export function encodeReply(reply: AskReply, nowUs: number): OutgoingRecord {
  const { correlationId, worker } = reply;
  const about = { key: correlationId, type: 'vigil.reply.v1', source: `/workers/${worker}`, atUs: nowUs };
  return encodeJson({ topic: topicNames.replies, ...about, id: `${correlationId}/${worker}`, value: reply });
}

/** @throws RECORD_INVALID when the value is no reply */
export function decodeReply(record: IncomingRecord): AskReply {
  return decodeJson<AskReply>(record, ({ correlationId, worker }) =>
    [correlationId, worker].every((each) => typeof each === 'string'),
  );
}
