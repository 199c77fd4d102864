import type { CaptureGap, SessionStatement } from '../topics/ledger-record.ts';
import type { PartitionWindow } from './committed-batches.ts';
import { isFinal } from './compare-books.ts';
import type { Finding } from './finding.ts';
import type { Recount } from './recount.ts';
import type { DetectorBook, SessionBook } from './session-book.ts';

/** What one detector made of one session's frames: inLog = results + skipped + waiting + missing + removed + before. */
export interface DetectorReport {
  detector: string;
  results: number;
  failed: number;
  failedByCode: Record<string, number>;
  skipped: number;
  /** Not reached yet by the detector's group. */
  waiting: number;
  missing: number;
  doubled: number;
  /** Frames before the place where it was told to begin. */
  before: number;
  /** Results that retention has removed. */
  removed: number;
  /** Results whose frame retention has removed, so that they could not be compared. */
  unchecked: number;
}

export interface SessionReport {
  camera: string;
  session: string;
  /** Undefined when capture stated nothing of the session. */
  state?: SessionStatement['state'];
  /** Capture ended without a last statement: its counts are those of the last one before. */
  isCutShort?: boolean;
  captured?: number;
  published?: number;
  lost?: SessionStatement['lost'];
  /** See `SessionStatement.unanswered`. */
  unanswered?: number;
  gap?: CaptureGap;
  inLog: number;
  /** Frames of capture's last request that the log never confirmed, and of which later ones are there: lost at capture, or on their way. */
  unacknowledged: number;
  missing: number;
  doubled: number;
  /** Frames that retention has removed, or that are from before the time asked for. */
  removed: number;
  detectors: DetectorReport[];
}

export interface PartitionReport {
  topic: string;
  partition: number;
  from: number;
  to: number;
  isCutOff: boolean;
}

export interface AuditReport {
  /** Nothing is missing, doubled or wrong. */
  addsUp: boolean;
  atMs: number;
  tookMs: number;
  records: number;
  bytes: number;
  sessions: SessionReport[];
  findings: Finding[];
  partitions: PartitionReport[];
}

export function auditReport(
  recount: Recount,
  windows: readonly PartitionWindow[],
  { atMs, tookMs }: { atMs: number; tookMs: number },
): AuditReport {
  const findings = recount.books.findings.all();
  const sessions = [...recount.books.sessions.values()].flatMap((books) => sessionReports([...books.values()]));
  return {
    addsUp: findings.length === 0,
    atMs,
    tookMs,
    records: recount.records,
    bytes: recount.bytes,
    sessions,
    findings,
    partitions: windows.map(({ topic, partition, start, end, isCutOff }) => ({
      topic,
      partition,
      from: start,
      to: end,
      isCutOff,
    })),
  };
}

/** Sessions of one camera, oldest first; those of which nothing is left but statements are left out. */
function sessionReports(books: SessionBook[]): SessionReport[] {
  const inOrder = books.sort((a, b) => (a.session < b.session ? -1 : 1));
  const newest = inOrder.at(-1);
  return inOrder
    .filter((book) => book.frames.size > 0 || book.missing > 0 || book === newest)
    .map((book) => sessionReport(book, book !== newest));
}

function sessionReport(book: SessionBook, isFollowed: boolean): SessionReport {
  const { camera, session, statement, frames, unacknowledged, missing, doubled, removed } = book;
  const detectors = [...book.detectors].map(([detector, account]) => detectorReport(detector, account));
  return {
    camera,
    session,
    ...(statement ? stated(statement, isFollowed) : {}),
    inLog: frames.size,
    unacknowledged,
    missing,
    doubled,
    removed,
    detectors: detectors.sort((a, b) => (a.detector < b.detector ? -1 : 1)),
  };
}

function stated(statement: SessionStatement, isFollowed: boolean): Partial<SessionReport> {
  const { state, captured, published, lost, unanswered, gap } = statement;
  const isCutShort = isFollowed && !isFinal(statement);
  return {
    state,
    ...(isCutShort ? { isCutShort } : {}),
    captured,
    published,
    lost,
    ...(unanswered === undefined ? {} : { unanswered }),
    ...(gap === undefined ? {} : { gap }),
  };
}

function detectorReport(detector: string, account: DetectorBook): DetectorReport {
  const { answered, failed, failedByCode, skipped, waiting, missing, doubled, before, resultRemoved, unchecked } =
    account;
  return {
    detector,
    results: answered.size,
    failed: failed.size,
    failedByCode,
    skipped: skipped.size,
    waiting,
    missing,
    doubled,
    before,
    removed: resultRemoved,
    unchecked,
  };
}
