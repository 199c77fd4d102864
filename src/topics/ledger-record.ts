import { decodeGapStatement, type GapStatement, gapType } from './gap-statement.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import { decodeModelServerStatement, type ModelServerStatement, modelServerType } from './model-server-statement.ts';
import { type IncomingRecord, type OutgoingRecord, requiredHeader } from './record.ts';
import { decodeSkipStatement, type SkipStatement, skipType } from './skip-statement.ts';
import { decodeStartStatement, type StartStatement, startType } from './start-statement.ts';
import { topicNames } from './topic-names.ts';

export const sessionStates = ['opening', 'running', 'reconnecting', 'ended', 'failed'] as const;
export type SessionState = (typeof sessionStates)[number];

/** Why a frame that the source delivered is not in the log. Loss can happen only at capture. */
export const lossReasons = [
  'buffer-full',
  'disk-full',
  'retention-hold',
  'encode-error',
  'decode-error',
  'packet-loss',
] as const;
export type LossReason = (typeof lossReasons)[number];

/** Why a camera was not captured for a while: its source failed, capture was ended on purpose, or capture was killed. */
export const gapReasons = ['source', 'stopped', 'crashed'] as const;
export type GapReason = (typeof gapReasons)[number];

/** The time before a live session in which nothing of the camera was captured: no frames can be counted for it. */
export interface CaptureGap {
  /** The session before; nothing more comes in it. */
  after: string;
  /** Wall clock, microseconds since 1970: the last sign of life of the session before. */
  fromUs: number;
  /** The opening of this session. */
  toUs: number;
  reason: GapReason;
  /** The fault that ended the session before, with reason `source`. */
  code?: string;
}

const sessionType = 'vigil.ledger.v1';

/**
 * What capture says about one session, on the topic `ledger`: at every change of state and once a second while frames
 * flow. Numbers are totals since the session opened; the newest statement of a session replaces the older ones.
 *
 * captured = published + lost + frames still waiting for their acknowledgement.
 */
export interface SessionStatement {
  camera: string;
  session: string;
  state: SessionState;
  /** A live source has no end; a file or folder has one. */
  live: boolean;
  /** The source without its password. */
  source: string;
  /** Wall clock, microseconds since 1970, but later than that of the camera's session before, whatever the clock says. */
  openedAtUs: number;
  statedAtUs: number;
  width: number;
  height: number;
  /** Wanted frames per second. */
  fps: number;
  captured: number;
  published: number;
  lost: Partial<Record<LossReason, number>>;
  /**
   * Of the lost frames those that were sent when capture closed, without an answer in time: the log may hold them all the same.
   * Left out: none.
   */
  unanswered?: number;
  /** Only in a live session that follows another one of its camera. */
  gap?: CaptureGap;
  /** How often this camera's source was opened again since capture started. */
  reconnects: number;
  /** Why the state is `reconnecting` or `failed`. */
  error?: { code: string; message: string; next: string };
  /** Shown with the camera on the page, for example the credit of demo footage. */
  note?: string;
}

/**
 * Whether a statement of the same session replaces the one that is known. The topic may be read again from its beginning, so
 * that older ones come once more; and the clock may have been set back, so that time alone does not tell.
 */
export function replaces(statement: SessionStatement, known: SessionStatement): boolean {
  const hasMore = statement.captured > known.captured || statement.published > known.published;
  return statement.statedAtUs >= known.statedAtUs || hasMore;
}

export function encodeSessionStatement(statement: SessionStatement): OutgoingRecord {
  const { camera, session, statedAtUs: atUs } = statement;
  const key = `${camera}/${session}`;
  const about = { key, type: sessionType, source: `/cameras/${camera}`, id: `${key}/${atUs}`, atUs };
  return encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: statement });
}

export type LedgerEntry =
  | { kind: 'session'; statement: SessionStatement }
  | { kind: 'start'; statement: StartStatement }
  | { kind: 'skip'; statement: SkipStatement }
  | { kind: 'gap'; statement: GapStatement }
  | { kind: 'model-server'; statement: ModelServerStatement };

/**
 * @returns undefined for a kind of record that this version does not know: a newer one may write to the topic
 * @throws RECORD_INVALID when a record of a known kind is malformed
 */
export function decodeLedgerRecord(record: IncomingRecord): LedgerEntry | undefined {
  const type = requiredHeader(record, 'ce_type');
  if (type === sessionType) return { kind: 'session', statement: decodeSessionStatement(record) };
  if (type === startType) return { kind: 'start', statement: decodeStartStatement(record) };
  if (type === skipType) return { kind: 'skip', statement: decodeSkipStatement(record) };
  if (type === gapType) return { kind: 'gap', statement: decodeGapStatement(record) };
  if (type === modelServerType) return { kind: 'model-server', statement: decodeModelServerStatement(record) };
  return undefined;
}

/** @throws RECORD_INVALID when the value is not a statement */
export function decodeSessionStatement(record: IncomingRecord): SessionStatement {
  return decodeJson(record, isStatement, 'a statement of a capture session');
}

/** The year 9999 has a time in four digits. */
const latestUs = Date.UTC(9999, 0) * 1000;

/** What readers compute with; anything else may write to the topic, and must not bring them down. */
function isStatement({ camera, session, state, lost, ...numbers }: SessionStatement): boolean {
  const { openedAtUs, statedAtUs, width, height, captured, published } = numbers;
  return (
    typeof camera === 'string' &&
    typeof session === 'string' &&
    sessionStates.includes(state) &&
    typeof lost === 'object' &&
    lost !== null &&
    [openedAtUs, statedAtUs].every((time) => time >= 0 && time <= latestUs) &&
    [width, height, captured, published].every(Number.isFinite)
  );
}

/** All frames lost in a session, whatever the reason. */
export function totalLost(statement: Pick<SessionStatement, 'lost'>): number {
  return Object.values(statement.lost).reduce((sum, count) => sum + count, 0);
}
