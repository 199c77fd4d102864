import type { CameraAccount, DetectorAccount, SessionRow } from '../topics/camera-account.ts';
import type { LossReason, SessionStatement } from '../topics/ledger-record.ts';
import type { Result } from '../topics/result-record.ts';
import { LatencyWindow } from './latency-window.ts';
import { LedgerSession, type SavedSession } from './ledger-session.ts';
import { RateWindow } from './rate-window.ts';

type Counts = Pick<
  SessionRow,
  'captured' | 'published' | 'results' | 'gated' | 'failed' | 'skipped' | 'lost' | 'waiting' | 'doubled'
>;

/** Sessions of which nothing can change any more, as numbers. */
interface ClosedSessions {
  ids: string[];
  counts: Counts;
  lostReasons: Partial<Record<LossReason, number>>;
  detectors: DetectorAccount[];
  /** Results of detectors that had not begun when these sessions were closed. */
  late: Record<string, number>;
}

/** A camera's book as JSON holds it. */
export interface SavedCamera {
  camera: string;
  sessions: SavedSession[];
  closed: ClosedSessions;
  models: Record<string, string>;
  firstResultMs?: number;
  lastResultMs?: number;
}

/** So many sessions are listed and kept whole; older ones are added up once they are through. */
const listedSessions = 8;
const rateWindowSeconds = 5;

/** What is kept of one camera, over its sessions. */
export class LedgerCamera {
  readonly camera: string;
  readonly #sessions = new Map<string, LedgerSession>();
  readonly #latency = new LatencyWindow();
  readonly #rate = new RateWindow(rateWindowSeconds);
  #closed: ClosedSessions = { ids: [], counts: noCounts(), lostReasons: {}, detectors: [], late: {} };
  #closedIds: Set<string> = new Set();
  #models: Record<string, string> = {};
  #firstResultMs: number | undefined;
  #lastResultMs: number | undefined;

  constructor(camera: string) {
    this.camera = camera;
  }

  /** @returns undefined for a session that was closed: nothing more can come in it */
  session(id: string): LedgerSession | undefined {
    const known = this.#sessions.get(id);
    if (known || this.#closedIds.has(id)) return known;
    const opened = new LedgerSession(id);
    this.#sessions.set(id, opened);
    return opened;
  }

  /** A result in a session that was closed: it came again, or from a detector that began after that. */
  answeredLate(detector: string): void {
    const { counts, detectors } = this.#closed;
    const known = detectors.find((each) => each.detector === detector);
    if (!known) this.#closed.late[detector] = (this.#closed.late[detector] ?? 0) + 1;
    else {
      counts.doubled++;
      known.doubled++;
    }
  }

  answered({ detector, model }: Pick<Result, 'detector' | 'model'>, readAtMs: number, latencyMs: number): void {
    if (model !== undefined) this.#models[detector] = model;
    this.#latency.add(latencyMs);
    this.#rate.add(readAtMs);
    this.#firstResultMs ??= readAtMs;
    this.#lastResultMs = readAtMs;
  }

  /** @param expected the detectors that are to look at each frame; undefined: in each session those that have */
  account(expected: readonly string[] | undefined, nowMs: number): CameraAccount | undefined {
    this.#close(expected);
    const sessions = this.#newestFirst();
    const newest = sessions.find(({ statement }) => statement)?.statement;
    if (!newest) return undefined;
    const detectors = expected ?? this.#detectorsSeen();
    const rows = sessions.map((each) => each.row(expected ?? detectorsOf(each)));
    const owing = sessions.map((session, index) => ({ session, published: rows[index]?.published ?? 0 }));
    const counts = rows.reduce(addCounts, { ...this.#closed.counts });
    const isStated = sessions.every(({ statement }) => statement);
    const complete = newest.state === 'ended' && counts.waiting === 0 && isStated;
    return {
      ...describe(newest),
      ...counts,
      lostReasons: sessions.reduce(addReasons, { ...this.#closed.lostReasons }),
      fps: complete ? this.#averageRate(counts.results) : roundRate(this.#rate.perSecond(nowMs)),
      latencyMs: this.#latency.quantiles(),
      complete,
      detectors: detectors.map((id) =>
        this.#detectorAccount(id, expected ? owing : owing.filter(({ session }) => session.has(id))),
      ),
      sessions: rows.slice(0, listedSessions),
      earlierSessions: Math.max(0, rows.length - listedSessions) + this.#closed.ids.length,
    };
  }

  save(): SavedCamera {
    return {
      camera: this.camera,
      sessions: [...this.#sessions.values()].map((each) => each.save()),
      closed: structuredClone(this.#closed),
      models: { ...this.#models },
      ...(this.#firstResultMs === undefined ? {} : { firstResultMs: this.#firstResultMs }),
      ...(this.#lastResultMs === undefined ? {} : { lastResultMs: this.#lastResultMs }),
    };
  }

  static from({ camera, sessions, closed, models, firstResultMs, lastResultMs }: SavedCamera): LedgerCamera {
    const book = new LedgerCamera(camera);
    for (const each of sessions) book.#sessions.set(each.session, LedgerSession.from(each));
    book.#closed = structuredClone(closed);
    book.#models = { ...models };
    book.#closedIds = new Set(closed.ids);
    book.#firstResultMs = firstResultMs;
    book.#lastResultMs = lastResultMs;
    return book;
  }

  /** Sessions sort by time. */
  #newestFirst(): LedgerSession[] {
    return [...this.#sessions.values()].sort((a, b) => order(b) - order(a) || (a.session < b.session ? 1 : -1));
  }

  #detectorsSeen(): string[] {
    const seen = new Set(this.#closed.detectors.map(({ detector }) => detector));
    for (const each of this.#sessions.values()) for (const id of each.detectors) seen.add(id);
    return [...seen].sort();
  }

  /** @param owing the sessions of which the detector is to look at every frame */
  #detectorAccount(detector: string, owing: readonly { session: LedgerSession; published: number }[]): DetectorAccount {
    const closed = this.#closed.detectors.find((each) => each.detector === detector) ?? noAccount(detector);
    const earlier = { ...closed, results: closed.results + (this.#closed.late[detector] ?? 0) };
    const model = this.#models[detector];
    const total = owing
      .map(({ session, published }) => session.account(detector, published))
      .reduce(addAccounts, earlier);
    return model === undefined ? total : { ...total, model };
  }

  /** Adds up the sessions that are too old to be listed and through: followed by another one, stated, and settled. */
  #close(expected: readonly string[] | undefined): void {
    const detectors = expected ?? this.#detectorsSeen();
    if (this.#sessions.size <= listedSessions || detectors.length === 0) return;
    for (const session of this.#newestFirst().slice(listedSessions)) {
      const row = session.row(detectors);
      if (session.statement && row.waiting === 0 && row.captured === row.published + row.lost) this.#fold(session, row);
    }
  }

  #fold(session: LedgerSession, row: SessionRow): void {
    const { ids, counts, lostReasons, detectors } = this.#closed;
    const seen = new Set([...detectors.map(({ detector }) => detector), ...session.detectors]);
    const accounts = [...seen].map((id) => {
      const before = detectors.find(({ detector }) => detector === id) ?? noAccount(id);
      return addAccounts(before, session.account(id, row.published));
    });
    ids.push(session.session);
    this.#closedIds.add(session.session);
    this.#closed = {
      ...this.#closed,
      counts: addCounts(counts, row),
      lostReasons: addReasons({ ...lostReasons }, session),
      detectors: accounts,
    };
    this.#sessions.delete(session.session);
  }

  #averageRate(results: number): number {
    const tookMs = (this.#lastResultMs ?? 0) - (this.#firstResultMs ?? 0);
    return tookMs <= 0 ? 0 : roundRate(((results - 1) / tookMs) * 1000);
  }
}

function order({ statement }: LedgerSession): number {
  return statement?.openedAtUs ?? 0;
}

function detectorsOf(session: LedgerSession): string[] {
  return [...session.detectors];
}

function describe(newest: SessionStatement) {
  const { camera, session, state, live, source, note, width, height, reconnects, error } = newest;
  const optional = { ...(note === undefined ? {} : { note }), ...(error === undefined ? {} : { error }) };
  return { camera, session, state, live, source, width, height, reconnects, ...optional };
}

function noCounts(): Counts {
  return { captured: 0, published: 0, results: 0, gated: 0, failed: 0, skipped: 0, lost: 0, waiting: 0, doubled: 0 };
}

function addCounts(total: Counts, row: Counts): Counts {
  const sum = noCounts();
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] = (total[name] ?? 0) + (row[name] ?? 0);
  return sum;
}

function noAccount(detector: string): DetectorAccount {
  return { detector, results: 0, gated: 0, failed: 0, failedByCode: {}, skipped: 0, waiting: 0, doubled: 0 };
}

function addAccounts(total: DetectorAccount, more: DetectorAccount): DetectorAccount {
  const failedByCode = { ...total.failedByCode };
  for (const [code, count] of Object.entries(more.failedByCode)) failedByCode[code] = (failedByCode[code] ?? 0) + count;
  return {
    detector: total.detector,
    results: total.results + more.results,
    gated: (total.gated ?? 0) + (more.gated ?? 0),
    failed: total.failed + more.failed,
    failedByCode,
    skipped: total.skipped + more.skipped,
    waiting: total.waiting + more.waiting,
    doubled: total.doubled + more.doubled,
  };
}

function addReasons(total: Partial<Record<LossReason, number>>, { statement }: LedgerSession) {
  for (const [reason, count] of Object.entries(statement?.lost ?? {}) as [LossReason, number][]) {
    total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}

function roundRate(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
