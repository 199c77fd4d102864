import type { CameraAccount, LedgerSnapshot } from '../topics/camera-account.ts';
import { type LossReason, type SessionStatement, totalLost } from '../topics/ledger-record.ts';
import type { Result } from '../topics/result-record.ts';
import { FrameSet } from './frame-set.ts';
import { LatencyWindow } from './latency-window.ts';
import { RateWindow } from './rate-window.ts';

export type { CameraAccount, LedgerSnapshot };

export interface LedgerOptions {
  /** Detector ids (`name@version`) by camera. A camera that is not named expects each detector that was seen for it. */
  expectedDetectors?: Readonly<Record<string, readonly string[]>>;
}

/** Frames of one session that one detector has answered. */
interface SessionBook {
  statement: SessionStatement | undefined;
  byDetector: Map<string, FrameSet>;
  failed: FrameSet;
}

/** What is kept of one camera, over its sessions. */
interface CameraBook {
  sessions: Map<string, SessionBook>;
  doubled: number;
  latency: LatencyWindow;
  rate: RateWindow;
  firstResultMs: number | undefined;
  lastResultMs: number | undefined;
}

const rateWindowSeconds = 5;

/**
 * Adds up what capture states and what detectors answered: frames in = results out. Pure: it is told everything and
 * reads nothing. Counting goes by frame id, so that a statement or result read twice changes nothing but `doubled`.
 */
export class Ledger {
  readonly #expected: Readonly<Record<string, readonly string[]>>;
  readonly #cameras = new Map<string, CameraBook>();

  constructor(options: LedgerOptions = {}) {
    this.#expected = options.expectedDetectors ?? {};
  }

  applyStatement(statement: SessionStatement): void {
    const book = this.#session(statement.camera, statement.session);
    if (book.statement && book.statement.statedAtUs > statement.statedAtUs) return;
    book.statement = statement;
  }

  /** @param readAtUs wall clock at which the result was read, microseconds since 1970 */
  applyResult(result: Result, readAtUs: number): void {
    const { camera, session, frame, capturedAtUs } = result.frame;
    const cameraBook = this.#camera(camera);
    const book = this.#session(camera, session);
    const answered = book.byDetector.get(result.detector) ?? new FrameSet();
    book.byDetector.set(result.detector, answered);
    if (!answered.add(frame)) {
      cameraBook.doubled++;
      return;
    }
    if (result.error) book.failed.add(frame);
    cameraBook.latency.add((readAtUs - capturedAtUs) / 1000);
    cameraBook.rate.add(readAtUs / 1000);
    cameraBook.firstResultMs ??= readAtUs / 1000;
    cameraBook.lastResultMs = readAtUs / 1000;
  }

  snapshot(nowMs: number): LedgerSnapshot {
    const cameras: CameraAccount[] = [];
    for (const [camera, book] of this.#cameras) {
      const account = this.#account(camera, book, nowMs);
      if (account) cameras.push(account);
    }
    cameras.sort((a, b) => (a.camera < b.camera ? -1 : 1));
    return { atMs: nowMs, cameras };
  }

  #account(camera: string, book: CameraBook, nowMs: number): CameraAccount | undefined {
    const sessions = [...book.sessions.values()];
    const statements = sessions.flatMap((session) => session.statement ?? []);
    const newest = statements.reduce<SessionStatement | undefined>(
      (best, each) => (best && best.openedAtUs > each.openedAtUs ? best : each),
      undefined,
    );
    if (!newest) return undefined;
    const captured = sum(statements.map((each) => each.captured));
    const results = sum(sessions.map((session) => this.#answeredByAll(camera, session)));
    // A result can be read before the statement that counts its frame.
    const published = Math.max(sum(statements.map((each) => each.published)), results);
    const lost = sum(statements.map(totalLost));
    const complete = newest.state === 'ended' && results === published && statements.length === sessions.length;
    return {
      camera,
      session: newest.session,
      state: newest.state,
      live: newest.live,
      source: newest.source,
      ...(newest.note === undefined ? {} : { note: newest.note }),
      width: newest.width,
      height: newest.height,
      captured: Math.max(captured, published + lost),
      published,
      results,
      failed: sum(sessions.map((session) => session.failed.size)),
      lost,
      lostReasons: addReasons(statements),
      waiting: published - results,
      doubled: book.doubled,
      fps: complete ? averageRate(book, results) : roundRate(book.rate.perSecond(nowMs)),
      latencyMs: book.latency.quantiles(),
      reconnects: newest.reconnects,
      ...(newest.error === undefined ? {} : { error: newest.error }),
      complete,
    };
  }

  /** Frames of a session that every expected detector has answered. */
  #answeredByAll(camera: string, session: SessionBook): number {
    const expected = this.#expected[camera] ?? [...session.byDetector.keys()];
    if (expected.length === 0) return session.statement?.published ?? 0;
    const sets = expected.map((detector) => session.byDetector.get(detector));
    if (sets.length === 1) return sets[0]?.size ?? 0;
    return FrameSet.sizeOfIntersection(sets);
  }

  #camera(camera: string): CameraBook {
    let book = this.#cameras.get(camera);
    if (!book) {
      book = {
        sessions: new Map(),
        doubled: 0,
        latency: new LatencyWindow(),
        rate: new RateWindow(rateWindowSeconds),
        firstResultMs: undefined,
        lastResultMs: undefined,
      };
      this.#cameras.set(camera, book);
    }
    return book;
  }

  #session(camera: string, session: string): SessionBook {
    const { sessions } = this.#camera(camera);
    const book = sessions.get(session) ?? { statement: undefined, byDetector: new Map(), failed: new FrameSet() };
    sessions.set(session, book);
    return book;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function addReasons(statements: readonly SessionStatement[]): Partial<Record<LossReason, number>> {
  const total: Partial<Record<LossReason, number>> = {};
  for (const statement of statements) {
    for (const [reason, count] of Object.entries(statement.lost) as [LossReason, number][]) {
      total[reason] = (total[reason] ?? 0) + count;
    }
  }
  return total;
}

function averageRate(book: CameraBook, results: number): number {
  const tookMs = (book.lastResultMs ?? 0) - (book.firstResultMs ?? 0);
  return tookMs <= 0 ? 0 : roundRate(((results - 1) / tookMs) * 1000);
}

function roundRate(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
